import vectors from "@concordat/protocol/vectors/messages.json" with { type: "json" };
import { framed } from "../frame.js";
import { bytesOf } from "../hex.js";
import { array, integer, map, NIL, text } from "../message-pack.js";
import { helloMessage, message } from "../own-message.js";
import type { Requirement } from "../requirement.js";
import { expectType, TYPE } from "../said-message.js";
import type { Trial } from "../trial.js";
import { NotTested } from "../violation.js";
import { expectPayloadRefused, withAsking } from "../with-asking.js";

const MESSAGES = "6. Messages";
const ENCODING = "3. MessagePack, restricted";

/** What a later version may add. */
const LATER = [text("later"), map(["k", NIL]), array(NIL, integer(300))];

/** The vectors of requests, by name, that the peer has to refuse. */
const refusesVectors = (id: string, sentence: string, section: string, ...names: readonly string[]): Requirement => ({
  id,
  role: "supplier",
  sentence,
  section,
  run: async (trial) => {
    for (const name of names) await refusesVector(trial, name);
  },
});

const refusesVector = (trial: Trial, name: string): Promise<void> => {
  const vector = vectors.vectors.find((one) => one.name === name && one.direction === "request");
  if (vector?.error === undefined) throw new NotTested(`there is no vector ${name}`);
  return expectPayloadRefused(trial, bytesOf(vector.hex), `${name} (${vector.meaning || vector.error})`, vector.error);
};

export const messageRequirements: readonly Requirement[] = [
  {
    id: "hello.later-fields",
    role: "supplier",
    sentence: "passes over features that it does not know, and over what a later version adds to Hello",
    section: MESSAGES,
    run: (trial) =>
      withAsking(
        trial,
        async (asking) => void expectType(await asking.ask(message(TYPE.ping)), TYPE.pong, "a ping after such a Hello"),
        { features: ["x-unknown"], more: [NIL, ...LATER] },
      ),
  },
  {
    id: "hello.once",
    role: "supplier",
    sentence: "refuses a second Hello as `unexpected_message`",
    section: "7. A session",
    run: async (trial) => {
      const { runner } = trial;
      const again = helloMessage({ server: runner.server, domain: runner.uuid(), clockMicros: runner.now() });
      await expectPayloadRefused(trial, again, "a second Hello", "unexpected_message");
    },
  },
  {
    id: "hello.due",
    role: "supplier",
    sentence: "refuses any other message in place of the first Hello as `unexpected_message`",
    section: "7. A session",
    run: async (trial) => {
      const connection = await trial.connect();
      try {
        await connection.write(framed(message(TYPE.ping)));
        const hello = await connection.receive();
        const reply = hello && (await connection.receive());
        if (reply === undefined) return;
        expectType({ type: reply[1] ?? 0, fields: [], payload: reply }, TYPE.error, "a ping before Hello");
      } finally {
        await connection.end();
      }
    },
  },
  {
    id: "messages.ping",
    role: "supplier",
    sentence: "answers Ping with Pong, again and again",
    section: "7. A session",
    run: (trial) =>
      withAsking(trial, async (asking) => {
        for (let round = 0; round < 3; round += 1) {
          expectType(await asking.ask(message(TYPE.ping)), TYPE.pong, "a ping");
        }
      }),
  },
  {
    id: "messages.later-fields",
    role: "supplier",
    sentence: "passes over what a later version adds to a message",
    section: MESSAGES,
    run: (trial) =>
      withAsking(trial, async (asking) => {
        expectType(await asking.ask(message(TYPE.ping, ...LATER)), TYPE.pong, "a ping with more fields");
      }),
  },
  refusesVectors(
    "messages.types",
    "refuses messages of unknown types, and a supplier's own, as `unexpected_message`",
    MESSAGES,
    ...["unknown-type-6-to-15", "unknown-type-large", "wrong-direction"],
  ),
  refusesVectors(
    "messages.shapes",
    "refuses messages that lack a field, or have one of another shape, as `shape`",
    MESSAGES,
    ...[
      "not-an-array",
      "map",
      "ping-nil",
      "empty-array",
      "type-text",
      "type-negative",
      "incremental-cut",
      "field-missing",
    ],
    ...[
      "row-cut",
      "lineage-cut",
      "lineage-hash-7",
      "row-seen-nil",
      "frozen-digest-31",
      "cursor-cut",
      "cursor-commit-7",
    ],
    ...["cursor-false", "scan-beside-a-feed-number", "scan-without-its-uuid", "rows-server-twice"],
  ),
  refusesVectors(
    "encoding.extensions",
    "refuses extension types and the code 0xc1, also where it would pass them over",
    ENCODING,
    ...["trailing-extension", "trailing-extension-8", "trailing-extension-16", "trailing-extension-32"],
    ...["trailing-timestamp", "trailing-unused-code"],
  ),
  refusesVectors(
    "encoding.keys",
    "refuses keys of maps that are not texts",
    ENCODING,
    ...["trailing-key-integer", "key-1-and-text-1"],
  ),
  refusesVectors(
    "encoding.shortest-form",
    "refuses numbers and lengths that are not in their shortest form",
    ENCODING,
    ...["long-type", "frozen-digest-long-form"],
  ),
  refusesVectors(
    "encoding.bounds",
    "refuses counts and lengths beyond the end, and nesting beyond the limit, at once",
    ENCODING,
    ...["rows-bomb", "trailing-length-bomb", "trailing-map-bomb", "trailing-array-bomb", "trailing-cut"],
    ...["trailing-depth-bomb"],
  ),
];
