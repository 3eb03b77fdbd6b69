import type { ReplicationConfig } from "@concordat/config";
import { type Channel, DEFAULT_LIMITS } from "@concordat/protocol";
import { listenTls, type TlsListener } from "@concordat/protocol/tls";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import type { Logger } from "../log/logger.js";
import type { NodeMetrics } from "../metrics/node-metrics.js";
import type { NodeCertificates } from "../renewal/node-certificates.js";
import { cannotListen } from "./cannot-listen.js";
import type { RefusedConnections } from "./refused-connections.js";
import { formatAddress } from "./socket-address.js";
import { tlsIdentity } from "./tls-identity.js";

export interface ReplicationListenerOptions {
  readonly replication: ReplicationConfig;
  readonly certificates: NodeCertificates;
  readonly refused: RefusedConnections;
  readonly metrics: Pick<NodeMetrics, "observeRefusal">;
  readonly logger: Logger;
  readonly onChannel: (channel: Channel) => Promise<void>;
}

/** The port that partners connect to. What it refuses is logged, and remembered for `status`. */
export const listenForPartners = ({
  replication,
  certificates,
  refused,
  metrics,
  logger,
  onChannel,
}: ReplicationListenerOptions): Promise<TlsListener> =>
  listenTls({
    ...replication.bindAddress,
    identity: tlsIdentity(certificates.identity),
    partners: certificates.partners.listenerPins(),
    limits: DEFAULT_LIMITS,
    onChannel: (channel) => void onChannel(channel),
    onRefusal: (refusal) => {
      metrics.observeRefusal(refusal.error.code);
      if (!refused.note(refusal, Date.now())) return;
      const { error, remoteAddress: from, partner } = refusal;
      logger.warn({ event: "connection_refused", code: error.code, from, partner }, error.message);
    },
  }).catch((cause: unknown) => {
    if (cause instanceof TypeError || cause instanceof RangeError) throw badPins(cause);
    throw cannotListen(formatAddress(replication.bindAddress), "[replication] bindaddress", cause);
  });

const badPins = (cause: Error): CommandError =>
  new CommandError(cause.message, {
    exitCode: EXIT_CODE.badConfiguration,
    code: "bad_configuration",
    remedy: "correct the partners' certificates in server.toml",
    cause,
  });
