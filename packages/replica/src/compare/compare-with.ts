import {
  type Channel,
  type Conversation,
  exchangeHello,
  type Hello,
  openConversation,
  type ProtocolLimits,
} from "@concordat/protocol";
import { AbortScope } from "../abort-scope.js";
import type { ConnectionPeer } from "../certificate-exchange.js";
import type { CompareOptions, ComparisonOutcome } from "../comparison.js";
import { connectPartner } from "../connect-partner.js";
import type { Database } from "../database/database.js";
import { onAbort } from "../on-abort.js";
import type { PartnerOptions } from "../partner.js";
import type { CreateHash } from "../ports/hash.js";
import { telling } from "../session/telling.js";
import { compareEntries } from "./compare-entries.js";

/** What a side that answers `Digest` announces in its `Hello`. */
export const DIGEST_FEATURE = "digest";

export interface CompareWithContext {
  readonly limits: ProtocolLimits;
  readonly createHash: CreateHash;
  readonly database: () => Database;
  readonly hello: (origin: string) => Hello;
  readonly onHello: (peer: ConnectionPeer, hello: Hello) => void;
  /** Aborts when the replica closes. */
  readonly closing: AbortSignal;
}

/** Compares this replica's entries with the partner's, over a connection of its own. @throws ProtocolError. */
export const compareWith = async (
  context: CompareWithContext,
  partner: PartnerOptions,
  options: CompareOptions,
): Promise<ComparisonOutcome> => {
  const scope = new AbortScope([options.signal, context.closing]);
  let channel: Channel | undefined;
  let release = (): void => undefined;
  try {
    const opened = await connectPartner(partner, scope.signal);
    channel = opened;
    release = onAbort(scope.signal, () => void opened.close());
    const conversation = openConversation(opened, { role: "consumer", limits: context.limits });
    return await telling(conversation, () => compareOver(context, conversation, options));
  } finally {
    release();
    scope.release();
    await channel?.close();
  }
};

const DIFFERENCES_MAX_DEFAULT = 1_000;

const compareOver = async (
  context: CompareWithContext,
  conversation: Conversation<"consumer">,
  { differencesMax = DIFFERENCES_MAX_DEFAULT, onProgress = () => undefined }: CompareOptions,
): Promise<ComparisonOutcome> => {
  const { partner: origin } = conversation;
  const theirs = await exchangeHello(conversation, context.hello(origin));
  context.onHello(conversation, theirs);
  const { domainUuid, features, software } = theirs;
  if (domainUuid !== context.database().domainUuid) return { kind: "domain-mismatch", origin, domainUuid };
  if (!features.includes(DIGEST_FEATURE)) return { kind: "unsupported", origin, software };
  const comparison = await compareEntries({ ...context, conversation, differencesMax, onProgress });
  const { bytesSent, bytesReceived } = conversation.traffic;
  return { kind: "compared", origin, ...comparison, bytesSent, bytesReceived };
};
