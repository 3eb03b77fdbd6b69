import type { PartnerConfig } from "@concordat/config";
import type { Channel } from "@concordat/protocol";
import type { PartnerOptions } from "@concordat/replica";
import { type CertificateSummary, summarizeCertificate } from "./certificate-summary.js";

export type Dial = (partner: PartnerConfig, signal: AbortSignal) => Promise<Channel>;

/** The replica's partners, as the configuration names them. An unchanged partner keeps its object, and so its link. */
export class PartnerSet {
  readonly #dial: Dial;
  #known = new Map<string, PartnerOptions>();
  #pins = new Map<string, readonly CertificateSummary[]>();

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  replace(partners: readonly PartnerConfig[]): readonly PartnerOptions[] {
    const next = new Map(partners.map((partner) => [keyOf(partner), partner]));
    this.#known = new Map([...next].map(([key, partner]) => [key, this.#known.get(key) ?? this.#optionsOf(partner)]));
    this.#pins = new Map(
      partners.map(({ origin, certificates }) => [origin.text, certificates.map(summarizeCertificate)]),
    );
    return [...this.#known.values()];
  }

  /** What the partner of that origin may show. */
  pinsOf(origin: string): readonly CertificateSummary[] {
    return this.#pins.get(origin) ?? [];
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

/** Who may connect here, and with which certificates; from a `pull` partner this node only pulls. */
export const listenerPins = (partners: readonly PartnerConfig[]): Map<string, readonly Uint8Array[]> =>
  new Map(
    partners
      .filter(({ type }) => type !== "pull")
      .map(({ origin, certificates }) => [origin.text, certificates] as const),
  );

/** Whatever makes a partner another one. */
const keyOf = ({ certificates, ...settings }: PartnerConfig): string =>
  JSON.stringify([settings, certificates.map((der) => Buffer.from(der).toString("base64"))]);
