import { randomBytes } from "node:crypto";
import { type BindAddress, type Config, type PartnerConfig, parseOrigin } from "@concordat/config";
import { requirements } from "@concordat/conformance";
import { openTlsWire, type TlsWire } from "@concordat/conformance/tls";
import { createIdentity } from "@concordat/identity";
import { CommandError } from "../command-error.js";
import { cannotListen } from "../compose/cannot-listen.js";
import { nodeIdentity } from "../compose/node-identity.js";
import { formatAddress } from "../compose/socket-address.js";
import { tlsIdentity } from "../compose/tls-identity.js";
import { EXIT_CODE } from "../exit-code.js";

const HANDSHAKE_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 5_000;

export interface MeetOptions {
  readonly config: Config;
  /** Where it was read, for messages. */
  readonly file: string;
  /** As it was named. */
  readonly peer: string;
  /** In place of the configured one. */
  readonly listen?: BindAddress | undefined;
}

/**
 * The runner's sockets: it is the scratch node of `config`, as far as the peer can tell. @throws CommandError where the
 * configuration does not know the peer, or the address cannot be had.
 */
export const meetPeer = async ({ config, file, peer, listen }: MeetOptions): Promise<TlsWire> => {
  const partner = partnerOf(config, file, peer);
  const identity = await nodeIdentity(config);
  const { host, port } = partner.origin;
  const address = partner.type === "pull" ? undefined : (listen ?? config.replication?.bindAddress);
  const stranger = createIdentity({ origin: "repl://localhost:1", nowMs: Date.now(), randomBytes });
  return openTlsWire({
    host,
    port,
    identity: tlsIdentity(identity),
    stranger: tlsIdentity(stranger),
    pins: partner.certificates,
    listen: address,
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    replyTimeoutMs: REPLY_TIMEOUT_MS,
  }).catch((cause: unknown) => {
    if (address === undefined) throw cause;
    throw cannotListen(formatAddress(address), listen ? "--listen" : "[replication] bindaddress", cause);
  });
};

/** @throws CommandError for ids that no requirement has. */
export const expectKnown = (only: readonly string[] | undefined): void => {
  const unknown = only?.filter(
    (wanted) => !requirements.some(({ id }) => id === wanted || id.startsWith(`${wanted}.`)),
  );
  if (unknown === undefined || unknown.length === 0) return;
  throw new CommandError(`there is no requirement ${unknown.join(", ")}`, {
    exitCode: EXIT_CODE.usage,
    remedy: `there are ${[...new Set(requirements.map(({ id }) => id.split(".")[0]))].join(", ")}, and what a run prints`,
  });
};

const partnerOf = ({ replication }: Config, file: string, peer: string): PartnerConfig => {
  const parsed = parseOrigin(peer);
  if (!parsed.ok) throw new CommandError(`${peer} is not an origin: repl://host:port`, { exitCode: EXIT_CODE.usage });
  const partner = replication?.partners.find(({ origin }) => origin.text === parsed.origin.text);
  if (partner !== undefined) return partner;
  throw new CommandError(`${file} has no table for ${peer}`, {
    exitCode: EXIT_CODE.badConfiguration,
    code: "partner_unknown",
    remedy: "add to it, with the certificate of the peer:",
    details: [`[replication."${peer}"]`, 'type = "mutual-pull"', 'partner_cert = "MII…"'],
  });
};
