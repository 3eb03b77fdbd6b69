import type { Config } from "@concordat/config";
import { DEFAULT_LIMITS } from "@concordat/protocol";
import { connectTls, type TlsListener } from "@concordat/protocol/tls";
import type { Replica } from "@concordat/replica";
import type { StorageError } from "@concordat/storage";
import { Hono } from "hono";
import { createAdminApi } from "../admin/admin-api.js";
import { nodeStatus } from "../admin/node-status.js";
import { createApi } from "../http/api.js";
import { readinessOf } from "../http/readiness.js";
import type { Logger } from "../log/logger.js";
import { replicaLog } from "../log/replica-log.js";
import { conflictCount } from "../metrics/conflict-count.js";
import { createNodeMetrics } from "../metrics/node-metrics.js";
import { NodeCertificates } from "../renewal/node-certificates.js";
import { VERSION } from "../version.js";
import { freeAdminSocket, guardAdminSocket, isAdminDirectoryOpen } from "./admin-socket.js";
import { listenForClients } from "./api-listener.js";
import { type HttpServer, listenHttp } from "./http-server.js";
import { openNodeReplica } from "./node-replica.js";
import { type Dial, PartnerSet } from "./partner-set.js";
import { RefusedConnections } from "./refused-connections.js";
import { createReload, type Reload } from "./reload.js";
import { listenForPartners } from "./replication-listener.js";
import { formatAddress } from "./socket-address.js";
import { tlsIdentity } from "./tls-identity.js";

export interface DaemonOptions {
  readonly config: Config;
  /** Read again by `reload`. */
  readonly file: string;
  readonly logger: Logger;
}

/** A running node. */
export interface Daemon {
  readonly addresses: DaemonAddresses;
  readonly reload: Reload;
  /** Resolves, should it come to that, when nothing can be written any more until the daemon is started anew. */
  readonly storageLost: Promise<StorageError>;
  /** Takes nothing new, finishes what runs, and closes everything in the order of its use. */
  close(): Promise<void>;
}

/** Where it listens. */
export interface DaemonAddresses {
  readonly replication?: string;
  readonly admin: string;
  readonly api?: string;
}

const DRAIN_TIMEOUT_MS = 5_000;

/** Composes a node out of its configuration. Whatever fails, what was opened before is closed again. */
export const startDaemon = async (options: DaemonOptions): Promise<Daemon> => {
  const parts: Parts = { stopping: new AbortController(), servers: [] };
  try {
    return await compose(options, parts);
  } catch (error) {
    await shutDown(parts);
    throw error;
  }
};

/** What is open so far. */
interface Parts {
  readonly stopping: AbortController;
  readonly servers: HttpServer[];
  replica?: Replica;
  certificates?: NodeCertificates | undefined;
  listener?: TlsListener;
}

const compose = async ({ config, file, logger }: DaemonOptions, parts: Parts): Promise<Daemon> => {
  const { replication, adminBindPath, bindAddress } = config;
  const startedAtMs = Date.now();
  await freeAdminSocket(adminBindPath);

  const metrics = createNodeMetrics();
  const certificates = replication && (await NodeCertificates.open(config, logger));
  const partners = new PartnerSet(certificates ? dialWith(certificates) : neverDialled);
  const { exchange } = certificates ?? {};
  let onStorageLost: (error: StorageError) => void = () => undefined;
  const storageLost = new Promise<StorageError>((resolve) => {
    onStorageLost = resolve;
  });
  const replica = await openNodeReplica({
    config,
    partners,
    certificates: exchange,
    logger,
    metrics,
    onStorageLost,
  });
  parts.replica = replica;
  parts.certificates = certificates;

  const refused = new RefusedConnections();
  if (replication && certificates) {
    const onChannel: Replica["accept"] = (channel) => replica.accept(channel);
    parts.listener = await listenForPartners({ replication, certificates, refused, metrics, logger, onChannel });
    certificates.attach(parts.listener, replica);
  }
  const node = {
    origin: replication?.origin.text,
    startedAtMs,
    version: VERSION,
    certificates,
  };
  const status = () => nodeStatus({ replica, refused, node });
  metrics.serve({
    status,
    isReady: () => readinessOf(replica.status()).ready,
    countConflicts: conflictCount(replica, () => performance.now()),
  });
  const api = createApi({ replica, status, metrics, log: replicaLog(logger), version: VERSION });
  const clients = bindAddress && (await listenForClients(config, bindAddress, { api, logger }));
  if (clients) parts.servers.push(clients.server);
  const reload = createReload({ file, config, replica, certificates, clients, partners, logger });
  const admin = createAdminApi({ replica, reload, certificates, logger, stopping: parts.stopping.signal });
  const local = new Hono().route("/v1/admin", admin).route("/", api);

  parts.servers.push(
    await listenHttp((request, bindings) => local.fetch(request, bindings), { path: adminBindPath }, "adminbindpath"),
  );
  await guardAdminSocket(adminBindPath);
  await warnOfOpenDirectory(adminBindPath, logger);
  return {
    addresses: addressesOf(parts, adminBindPath, clients?.server.address),
    reload,
    storageLost,
    close: () => shutDown(parts),
  };
};

const shutDown = async ({ stopping, servers, listener, certificates, replica }: Parts): Promise<void> => {
  stopping.abort();
  await Promise.all(servers.map((server) => server.drain(DRAIN_TIMEOUT_MS)));
  await certificates?.close();
  await listener?.close();
  await replica?.close();
  await Promise.all(servers.map((server) => server.close()));
};

const dialWith =
  (certificates: NodeCertificates): Dial =>
  ({ origin }, signal) =>
    connectTls({
      host: origin.host,
      port: origin.port,
      partner: origin.text,
      identity: tlsIdentity(certificates.identity),
      pins: [...certificates.partners.accepted(origin.text).values()],
      limits: DEFAULT_LIMITS,
      signal,
    });

/** Without `[replication]` there are no partners. */
const neverDialled: Dial = (partner) => Promise.reject(new Error(`no identity to dial ${partner.origin.text} with`));

const addressesOf = ({ listener }: Parts, admin: string, api: string | undefined): DaemonAddresses => ({
  ...(listener && { replication: formatAddress(listener.address) }),
  admin,
  ...(api !== undefined && { api }),
});

const warnOfOpenDirectory = async (adminBindPath: string, logger: Logger): Promise<void> => {
  if (!(await isAdminDirectoryOpen(adminBindPath))) return;
  logger.warn(
    { event: "admin_directory_open", path: adminBindPath },
    "other users can reach the admin socket's directory: chmod 700 it, or set adminbindpath to one that is the node's own",
  );
};
