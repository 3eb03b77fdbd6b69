import type { Config, PartnerConfig } from "@concordat/config";
import type { Identity } from "@concordat/identity";
import type { HelloCertificates } from "@concordat/protocol";
import type { TlsListener } from "@concordat/protocol/tls";
import type { CertificateExchange, Replica } from "@concordat/replica";
import { type CertificateSummary, summarizeCertificate } from "../compose/certificate-summary.js";
import { nodeIdentity } from "../compose/node-identity.js";
import { tlsIdentity } from "../compose/tls-identity.js";
import type { Logger } from "../log/logger.js";
import { PartnerCertificates } from "./partner-certificates.js";
import { Renewal, type RenewalEffects } from "./renewal.js";

/** The certificates of a node and its partners, while it runs: who shows which, and what they tell each other of them. */
export class NodeCertificates {
  readonly partners: PartnerCertificates;
  readonly renewal: Renewal;

  /** What the replica says and hears of certificates. */
  readonly exchange: CertificateExchange = {
    tell: (origin) => this.#tell(origin),
    hear: (heard) => {
      this.partners.hear(heard);
      if (heard.certificates) this.renewal.noteAccepted(heard.partner, heard.certificates.accepted);
    },
  };

  private constructor(partners: PartnerCertificates, renewal: Renewal) {
    this.partners = partners;
    this.renewal = renewal;
  }

  /** What the node's directory holds. Nothing is said of it before `attach`. */
  static async open(config: Config, logger: Logger): Promise<NodeCertificates> {
    const { dbPath: directory } = config;
    const shared = { directory, logger, nowMs: Date.now };
    const partners = new PartnerCertificates(shared);
    const identity = await nodeIdentity(config);
    await partners.setPartners(config.replication?.partners ?? []);
    const renewal = await Renewal.open({ ...shared, partners: () => partners.origins }, identity);
    renewal.renewBeforeMs = config.replication?.certificateRenewBeforeMs;
    return new NodeCertificates(partners, renewal);
  }

  get identity(): Identity {
    return this.renewal.identity;
  }

  /** From now on what changes shows on the port and on the links. */
  attach(listener: TlsListener, replica: Replica): void {
    const sayHelloAgain: RenewalEffects["sayHelloAgain"] = (origin, options) =>
      replica.reconnectPartner(origin, options);
    this.partners.attach({ hold: (partners) => listener.update({ partners }), sayHelloAgain });
    this.renewal.start({ show: (identity) => listener.update({ identity: tlsIdentity(identity) }), sayHelloAgain });
  }

  /** Takes over another configuration. Throws where it cannot; then nothing has changed. */
  async takeOver(partners: readonly PartnerConfig[], renewBeforeMs: number | undefined): Promise<void> {
    await this.partners.setPartners(partners);
    this.renewal.renewBeforeMs = renewBeforeMs;
  }

  /** What the partner of that origin may show. */
  pinsOf(origin: string): readonly CertificateSummary[] {
    return [...this.partners.accepted(origin).values()].map(summarizeCertificate);
  }

  /** Whether any partner has announced one. */
  get hasLearned(): boolean {
    return this.partners.origins.some((origin) => this.partners.learned(origin).length > 0);
  }

  close(): Promise<void> {
    return this.renewal.stop();
  }

  #tell(origin: string): HelloCertificates {
    const accepted = [...this.partners.accepted(origin).keys()];
    return { successor: this.renewal.announcement, accepted: accepted.map(digestOfFingerprint) };
  }
}

const digestOfFingerprint = (fingerprintSha256: string): Uint8Array =>
  new Uint8Array(Buffer.from(fingerprintSha256.replaceAll(":", ""), "hex"));
