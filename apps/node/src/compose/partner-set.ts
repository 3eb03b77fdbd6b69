import type { PartnerConfig } from "@concordat/config";
import type { Channel } from "@concordat/protocol";
import type { PartnerOptions } from "@concordat/replica";

export type Dial = (partner: PartnerConfig, signal: AbortSignal) => Promise<Channel>;

/** The replica's partners, as the configuration names them. An unchanged partner keeps its object, and so its link. */
export class PartnerSet {
  readonly #dial: Dial;
  #known = new Map<string, PartnerOptions>();

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  replace(partners: readonly PartnerConfig[]): readonly PartnerOptions[] {
    const next = new Map(partners.map((partner) => [keyOf(partner), partner]));
    this.#known = new Map([...next].map(([key, partner]) => [key, this.#known.get(key) ?? this.#optionsOf(partner)]));
    return [...this.#known.values()];
  }

  #optionsOf(partner: PartnerConfig): PartnerOptions {
    return {
      origin: partner.origin.text,
      type: partner.type,
      automaticRefresh: partner.type !== "allow-pull" && partner.automaticRefresh,
      connect: (signal) => this.#dial(partner, signal),
    };
  }
}

/** Whatever makes a partner another one. */
const keyOf = ({ certificates, ...settings }: PartnerConfig): string =>
  JSON.stringify([settings, certificates.map((der) => Buffer.from(der).toString("base64"))]);
