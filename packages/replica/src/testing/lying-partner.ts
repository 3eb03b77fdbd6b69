import { type ChangeId, type EntryState, type ServerUuid, type Uuid, writtenRegister } from "@concordat/crdt";
import {
  type Begin,
  type Channel,
  type Conversation,
  channelPair,
  DEFAULT_LIMITS,
  type End,
  encodeEntry,
  encodeValue,
  exchangeHello,
  type Hello,
  joinedBytes,
  openConversation,
  type Reply,
  type Request,
  type WireRuvRow,
} from "@concordat/protocol";
import { systemHash } from "../index.js";
import type { TestNode } from "./test-topology.js";

/** What a partner says in place of the truth; what is left out is as an honest one would say it. */
export interface Lie {
  readonly hello?: Partial<Hello>;
  readonly begin?: Partial<Begin>;
  /** By default, one entry that the partner wrote itself. */
  readonly states?: readonly EntryState[];
  readonly end?: Partial<End>;
  /** In place of a stream. */
  readonly reply?: Reply;
}

export const LIAR = "11111111-1111-4111-8111-111111111111" as ServerUuid;
export const LIAR_ORIGIN = "repl://liar";

/** A change that the liar makes up, a moment before what the node's clock shows. */
export const lyingChange = ({ clock }: TestNode, offsetMicros = -1_000): ChangeId => ({
  ts: clock.micros + offsetMicros,
  server: LIAR,
});

/** An entry with one attribute. */
export const madeUpEntry = (createdAt: ChangeId, change: Partial<EntryState> = {}): EntryState => ({
  kind: "live",
  uuid: "22222222-2222-4222-8222-222222222222" as Uuid,
  createdAt,
  conflictOf: undefined,
  attributes: new Map([["title", { register: writtenRegister(undefined, createdAt, encodeValue("made up")) }]]),
  ...(change as object),
});

/** A row that says of `server` that everything up to `seen` is there. */
export const claimOf = (server: ServerUuid, seen: number, row: Partial<WireRuvRow> = {}): WireRuvRow => ({
  server,
  seen,
  purged: 0,
  lineage: { at: seen, hash: 7n },
  ...row,
});

/** A connection from `victim` to a partner that answers each request with `lie`. */
export const dialLiar = (victim: TestNode, lie: Lie | ((request: Request) => Lie)): Channel =>
  dialScript(
    victim,
    typeof lie === "function" ? lie({ type: "ping" }).hello : lie.hello,
    async (request, conversation) => {
      if (request.type === "subscribe") return conversation.send({ type: "changed" });
      await tell(victim, conversation, request, typeof lie === "function" ? lie(request) : lie);
    },
  );

/** A connection from `victim` to a partner that says hello and then does to each request as `answer` does. */
export const dialScript = (
  victim: TestNode,
  hello: Partial<Hello> | undefined,
  answer: (request: Request, conversation: Conversation<"supplier">) => Promise<void>,
): Channel => {
  const [near, far] = channelPair({ partners: [LIAR_ORIGIN, "repl://victim"] });
  const conversation = openConversation(far, { role: "supplier", limits: DEFAULT_LIMITS });
  const talk = async (): Promise<void> => {
    await exchangeHello(conversation, { ...honestHello(victim), ...hello });
    for (;;) {
      const request = await conversation.receive();
      if (request === undefined) return;
      await answer(request, conversation);
    }
  };
  // The victim ends the connection when it likes.
  talk().catch(() => undefined);
  return near;
};

export const honestHello = ({ replica, clock }: TestNode): Hello => ({
  type: "hello",
  minor: 0,
  software: "liar/1",
  domainUuid: replica.domainUuid,
  serverUuid: LIAR,
  clockMicros: clock.micros,
  features: [],
  limits: {
    requestFrameBytesMax: DEFAULT_LIMITS.requestFrameBytesMax,
    replyFrameBytesMax: DEFAULT_LIMITS.replyFrameBytesMax,
    entryBytesMax: DEFAULT_LIMITS.entryBytesMax,
  },
});

export const honestBegin = ({ replica, clock }: TestNode, kind: Begin["kind"] = "incremental"): Begin => ({
  type: "begin",
  kind,
  domainUuid: replica.domainUuid,
  servers: [LIAR, replica.serverUuid],
  rows: [claimOf(LIAR, clock.micros)],
  head: 9,
  estimate: { entries: 1, bytes: 100 },
});

const COMMIT = new Uint8Array(8).fill(1);

const tell = async (
  victim: TestNode,
  conversation: Conversation<"supplier">,
  request: Request,
  { hello, begin, states = [madeUpEntry(lyingChange(victim))], end, reply }: Lie,
): Promise<void> => {
  if (reply) return conversation.send(reply);
  const begun: Begin = {
    ...honestBegin(victim, request.type === "refresh" ? "refresh" : "incremental"),
    ...begin,
  };
  await conversation.send(begun);
  const records = states.map((state) => encodeEntry(state, (server) => Math.max(0, begun.servers.indexOf(server))));
  const hash = systemHash();
  if (records.length > 0) hash.update(joinedBytes(records));
  const cursor = { server: hello?.serverUuid ?? LIAR, sequence: begun.head, commit: COMMIT };
  if (records.length > 0) await conversation.send({ type: "chunk", cursor, records });
  await conversation.send({ type: "end", cursor, count: records.length, digest: hash.digest(), ...end });
};
