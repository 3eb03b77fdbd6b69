import type { PartnerConfig } from "@concordat/config";
import type { Identity } from "@concordat/identity";
import { DEFAULT_LIMITS, type Hello, openConversation, ProtocolError } from "@concordat/protocol";
import { connectTls } from "@concordat/protocol/tls";
import { type LinkReport, reportOfError } from "@concordat/replica";
import { tlsIdentity } from "../compose/tls-identity.js";

/** What came of speaking to a partner: what it says of itself, or why it does not. */
export type ProbedPartner =
  | { readonly kind: "met"; readonly hello: Hello }
  | { readonly kind: "failed"; readonly report: LinkReport };

const PROBE_TIMEOUT_MS = 5_000;

/**
 * Goes as far as the partner's first word: name, port, its certificate, and whether it accepts this node's. Says nothing itself, so
 * that the partner does not take it for a consumer.
 */
export const probePartner = async (
  { origin, certificates }: PartnerConfig,
  identity: Identity,
): Promise<ProbedPartner> => {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const channel = await connectTls({
      host: origin.host,
      port: origin.port,
      partner: origin.text,
      identity: tlsIdentity(identity),
      pins: certificates,
      limits: DEFAULT_LIMITS,
      signal,
    });
    const close = (): void => void channel.close();
    signal.addEventListener("abort", close);
    try {
      const hello = await openConversation(channel, { role: "consumer", limits: DEFAULT_LIMITS }).receiveHello();
      if (hello === undefined) throw refused(origin.text);
      return { kind: "met", hello };
    } finally {
      signal.removeEventListener("abort", close);
      await channel.close();
    }
  } catch (error) {
    return { kind: "failed", report: reportOfError(error, origin.text) };
  }
};

const refused = (origin: string): ProtocolError =>
  new ProtocolError("certificate_refused", `${origin} does not accept this node's certificate`, { blame: "peer" });
