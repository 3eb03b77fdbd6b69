import type { PartnerConfig } from "@concordat/config";
import {
  type Certificate,
  certificateValidity,
  fingerprint,
  readCertificate,
  verifySuccessor,
} from "@concordat/identity";
import type { AnnouncedSuccessor } from "@concordat/protocol";
import type { HelloHeard } from "@concordat/replica";
import type { Logger } from "../log/logger.js";
import { type CertificateChain, followChain } from "./certificate-chain.js";
import type { LearnedCertificate, LearnedCertificates } from "./learned-certificate.js";
import {
  learnedCertificatesPath,
  readLearnedCertificates,
  writeLearnedCertificates,
} from "./learned-certificates-file.js";

export interface PartnerCertificatesContext {
  readonly directory: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** What follows from a change of what partners may show. */
export interface CertificateEffects {
  /** The listener holds partners to these from now on. Throws when it cannot; then nothing has changed. */
  readonly hold: (pins: ReadonlyMap<string, readonly Uint8Array[]>) => void;
  /** Has the partner hear what is accepted of it. */
  readonly sayHelloAgain: (origin: string) => void;
}

/** More than a partner has in a hundred years; one that announces more is out of order. */
const LEARNED_MAX = 64;

/** What each partner may show: what server.toml pins, and what follows from it by announcements that the partner has signed. */
export class PartnerCertificates {
  readonly #context: PartnerCertificatesContext;
  #effects: CertificateEffects = { hold: () => undefined, sayHelloAgain: () => undefined };
  #partners: readonly PartnerConfig[] = [];
  #learned: LearnedCertificates = new Map();
  #chains: ReadonlyMap<string, CertificateChain> = new Map();
  #last: Promise<unknown> = Promise.resolve();
  /** The announcement of each partner that was refused last: it comes with every hello. */
  readonly #refused = new Map<string, string>();

  constructor(context: PartnerCertificatesContext) {
    this.#context = context;
  }

  /** Of the configured partners. */
  get origins(): readonly string[] {
    return this.#partners.map(({ origin }) => origin.text);
  }

  get path(): string {
    return learnedCertificatesPath(this.#context.directory);
  }

  /** From now on changes have these effects. */
  attach(effects: CertificateEffects): void {
    this.#effects = effects;
    effects.hold(this.listenerPins());
  }

  /** Takes over what the file pins, and reads again what was learned. Throws as `hold` does, and for a file that cannot be read. */
  setPartners(partners: readonly PartnerConfig[]): Promise<void> {
    return this.#inTurn(async () => {
      const learned = await readLearnedCertificates(this.#context.directory);
      const before = this.#chains;
      this.#take(partners, learned);
      // A connection does not outlive what it was opened with.
      for (const origin of this.origins) {
        const ended = [...(before.get(origin)?.accepted.keys() ?? [])].some((one) => !this.accepted(origin).has(one));
        if (ended) this.#effects.sayHelloAgain(origin);
      }
    });
  }

  /** What the partner of that origin may show now: DER, by fingerprint. */
  accepted(origin: string): ReadonlyMap<string, Uint8Array> {
    return this.#chains.get(origin)?.accepted ?? new Map();
  }

  /** Of them, those that are in no server.toml, and those that were superseded by them. */
  learned(origin: string): readonly LearnedCertificate[] {
    return this.#chains.get(origin)?.learned ?? [];
  }

  /** Who may connect here, and with which certificates; from a `pull` partner this node only pulls. */
  listenerPins(): ReadonlyMap<string, readonly Uint8Array[]> {
    return pinsOf(this.#partners, this.#chains);
  }

  /** What the partner's hello says of its certificates. Never throws: what comes of it comes later. */
  hear(heard: HelloHeard): void {
    void this.#inTurn(() => this.#consider(heard)).catch((error: unknown) => {
      const { logger } = this.#context;
      logger.error(
        { event: "partner_certificate_not_kept", err: error, origin: heard.partner },
        `what ${heard.partner} says of its certificates could not be kept in ${this.path}`,
      );
    });
  }

  /** Resolves when what was heard so far has had its effects. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #consider({ partner: origin, peerCertificate, certificates, dialled }: HelloHeard): Promise<void> {
    const config = this.#partners.find((one) => one.origin.text === origin);
    if (config === undefined || peerCertificate === undefined) return;
    const shown = fingerprint(peerCertificate);
    const isNews = this.learned(origin).some(
      (one) => one.fingerprintSha256 === shown && one.inUseSinceMs === undefined,
    );
    if (isNews) await this.#noteInUse(origin, shown, dialled);
    const announced = certificates?.successor;
    if (announced && config.acceptRenewedCertificates)
      await this.#considerSuccessor(origin, peerCertificate, announced);
  }

  async #noteInUse(origin: string, shown: string, dialled: boolean): Promise<void> {
    const inUseSinceMs = this.#context.nowMs();
    await this.#keep(origin, (all) =>
      all.map((one) => (one.fingerprintSha256 === shown ? { ...one, inUseSinceMs } : one)),
    );
    this.#context.logger.info(
      { event: "partner_certificate_in_use", origin, fingerprintSha256: shown },
      `${origin} has gone over to the certificate ${shown}: those before it are not accepted any more`,
    );
    // The connection that this node opened itself may be one with the old certificate.
    if (!dialled) this.#effects.sayHelloAgain(origin);
  }

  async #considerSuccessor(origin: string, peerCertificate: Uint8Array, announced: AnnouncedSuccessor): Promise<void> {
    const announcedFingerprint = fingerprint(announced.certificate);
    if (this.accepted(origin).has(announcedFingerprint)) return;
    try {
      await this.#learn(origin, readCertificate(peerCertificate), announced);
      this.#refused.delete(origin);
    } catch (error) {
      if (this.#refused.get(origin) === announcedFingerprint) return;
      this.#refused.set(origin, announcedFingerprint);
      const reason = error instanceof Error ? error.message : String(error);
      this.#context.logger.warn(
        { event: "partner_certificate_refused", origin, fingerprintSha256: announcedFingerprint },
        `${origin} announces another certificate, which is not accepted: ${reason}`,
      );
    }
  }

  async #learn(origin: string, shown: Certificate, announced: AnnouncedSuccessor): Promise<void> {
    const { logger, nowMs } = this.#context;
    if (!this.accepted(origin).has(shown.fingerprintSha256))
      throw new Error(`${shown.fingerprintSha256}, which has signed it, is not accepted any more`);
    const successor = verifySuccessor(shown, announced);
    const { fingerprintSha256, base64 } = successor;
    const validity = certificateValidity(successor, nowMs()).kind;
    if (validity !== "valid") throw new Error(`by this node's clock it is ${validity}: compare the clocks`);
    if (this.#isTaken(origin)(fingerprintSha256)) throw new Error("it is another partner's");
    const one: LearnedCertificate = {
      ...announced,
      fingerprintSha256,
      signedBy: shown.fingerprintSha256,
      learnedAtMs: nowMs(),
      inUseSinceMs: undefined,
    };
    const replaced = this.learned(origin).filter(
      ({ signedBy, inUseSinceMs }) => signedBy === one.signedBy && inUseSinceMs === undefined,
    );
    await this.#keep(origin, (all) => {
      const others = all.filter(
        (earlier) => !replaced.includes(earlier) && earlier.fingerprintSha256 !== fingerprintSha256,
      );
      if (others.length >= LEARNED_MAX)
        throw new Error(
          `it has announced ${LEARNED_MAX} already: pin the current one in server.toml, and empty ${this.path}`,
        );
      return [...others, one];
    });
    logger.warn(
      {
        event: "partner_certificate_learned",
        origin,
        fingerprintSha256,
        signedBy: one.signedBy,
        replaced: replaced.map((earlier) => earlier.fingerprintSha256),
        path: this.path,
      },
      `${origin} is going over to the certificate ${fingerprintSha256}, signed with the one that it has: it is accepted from now on, and kept in ${this.path}. In server.toml it would be "${base64}"`,
    );
    this.#effects.sayHelloAgain(origin);
  }

  /** Holds partners to it, then makes it durable; neither when one of the two fails. */
  async #keep(
    origin: string,
    change: (all: readonly LearnedCertificate[]) => readonly LearnedCertificate[],
  ): Promise<void> {
    const before = this.#learned;
    const after = new Map(before).set(origin, change(before.get(origin) ?? []));
    this.#take(this.#partners, after);
    try {
      await writeLearnedCertificates(this.#context.directory, after);
    } catch (error) {
      this.#take(this.#partners, before);
      throw error;
    }
  }

  #take(partners: readonly PartnerConfig[], learned: LearnedCertificates): void {
    const isTaken = takenBy(partners, learned);
    const chains = new Map(
      partners.map(({ origin: { text }, certificates, acceptRenewedCertificates }) => [
        text,
        followChain(certificates, acceptRenewedCertificates ? (learned.get(text) ?? []) : [], isTaken(text)),
      ]),
    );
    this.#effects.hold(pinsOf(partners, chains));
    this.#partners = partners;
    this.#learned = learned;
    this.#chains = chains;
  }

  #isTaken(origin: string): (fingerprintSha256: string) => boolean {
    return takenBy(this.#partners, this.#learned)(origin);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

const pinsOf = (
  partners: readonly PartnerConfig[],
  chains: ReadonlyMap<string, CertificateChain>,
): ReadonlyMap<string, readonly Uint8Array[]> =>
  new Map(
    partners
      .filter(({ type }) => type !== "pull")
      .map(({ origin: { text } }) => [text, [...(chains.get(text)?.accepted.values() ?? [])]] as const),
  );

/** A certificate is one partner's: the one's that server.toml pins it for, or the first that announced it. */
const takenBy = (partners: readonly PartnerConfig[], learned: LearnedCertificates) => {
  const holders = new Map<string, string>();
  for (const [origin, all] of learned) {
    for (const { fingerprintSha256 } of all)
      if (!holders.has(fingerprintSha256)) holders.set(fingerprintSha256, origin);
  }
  for (const { origin, certificates } of partners) {
    for (const der of certificates) holders.set(fingerprint(der), origin.text);
  }
  return (origin: string) => (fingerprintSha256: string) => (holders.get(fingerprintSha256) ?? origin) !== origin;
};
