import entryVectors from "@concordat/protocol/vectors/entries.json" with { type: "json" };
import messageVectors from "@concordat/protocol/vectors/messages.json" with { type: "json" };
import { bytesOf } from "../hex.js";
import type { OwnStream } from "../met-consumer.js";
import { markerRecord, rowAt } from "../own-record.js";
import type { Requirement } from "../requirement.js";
import type { Trial } from "../trial.js";
import { violation } from "../violation.js";
import { markerStream } from "./pull-requirements.js";

const PART = "7.4 The consumer's part";

/** One hour. */
const FUTURE_MICROS = 3_600_000_000;

/** Streams that the peer must not take for good; each is told with what is wrong about it. */
export const refusalRequirements: readonly Requirement[] = [
  lies("consumer.count", "does not take a stream whose End says another number of records", "stream_digest", {
    "a count of one more": ({ records = [] }) => ({ count: records.length + 1 }),
  }),
  lies("consumer.digest", "does not take a stream whose End says another digest", "stream_digest", {
    "a digest of zeros": () => ({ digest: new Uint8Array(32) }),
  }),
  lies("consumer.end-cursor", "does not take a stream whose End is not at the head of Begin", "stream_digest", {
    "an End beyond the head": (_, trial) => ({ endSequence: 2 ** 40 + trial.runner.nextMicros() }),
  }),
  lies(
    "consumer.cursors",
    "does not take a chunk whose cursor is another server's, beyond the head, or does not move on",
    "shape",
    {
      "a cursor of another server": (_, { runner }) => ({
        chunkCursor: { server: runner.uuid(), sequence: 1, commit: "00".repeat(8), scan: undefined },
      }),
      "a cursor beyond the head": (_, { runner }) => ({
        chunkCursor: { server: runner.server, sequence: 2 ** 50, commit: "00".repeat(8), scan: undefined },
      }),
      "a chunk that is no further than the one before": () => ({ repeated: true }),
    },
  ),
  {
    id: "consumer.records",
    role: "consumer",
    sentence: "refuses a chunk with a record that is not in its one form as `shape`",
    section: "5. Entry records",
    run: async (trial) => {
      for (const name of RECORDS) {
        const vector = entryVectors.vectors.find((one) => one.name === name);
        if (vector === undefined) violation(`there is no vector ${name}`);
        const uuid = trial.runner.refusedUuid();
        const record = bytesOf(vector.hex.replace(entryUuid, uuid));
        const { stream } = markerStream(trial, trial.runner.refusedUuid());
        const servers = [trial.runner.server, trial.runner.uuid(), trial.runner.uuid()].sort();
        const [lowest = "", middle = "", highest = ""] = servers;
        // In the order of the vectors' own table, by which some of them are wrong.
        const wrong = { ...stream, servers: [middle, lowest, highest], records: [record] };
        await trial.consumer.refuses(wrong, `${name} (${vector.meaning})`, "shape");
      }
    },
  },
  {
    id: "consumer.messages",
    role: "consumer",
    sentence: "refuses replies of another shape, and whatever is none, as its error says",
    section: "6. Messages",
    run: async (trial) => {
      for (const name of REPLIES) {
        const vector = messageVectors.vectors.find((one) => one.name === name && one.direction === "reply");
        if (vector?.error === undefined) violation(`there is no vector ${name}`);
        const { stream } = markerStream(trial, trial.runner.refusedUuid());
        await trial.consumer.refuses({ ...stream, lie: { payloads: [bytesOf(vector.hex)] } }, name, vector.error);
      }
    },
  },
  {
    id: "consumer.clock-skew",
    role: "consumer",
    sentence: "refuses changes, and vectors, that are further ahead than its clock allows, as `clock_skew`",
    section: "5. Entry records",
    run: async (trial) => {
      const { runner, consumer } = trial;
      const future = runner.now() + FUTURE_MICROS;
      const { stream } = markerStream(trial);
      const records = [markerRecord(runner.madeUuid(), future)];
      await consumer.refuses({ ...stream, records }, "a change of one hour ahead", "clock_skew");
      const claims = new Map([[runner.server, rowAt(future, runner.randomBytes)]]);
      await consumer.refuses({ claims }, "a vector of one hour ahead", "clock_skew");
    },
  },
];

/** A stream of one entry, with one thing in it that is not so. */
function lies(
  id: string,
  sentence: string,
  code: string,
  cases: Readonly<Record<string, (stream: OwnStream, trial: Trial) => NonNullable<OwnStream["lie"]>>>,
): Requirement {
  return {
    id,
    role: "consumer",
    sentence,
    section: PART,
    run: async (trial) => {
      for (const [what, lie] of Object.entries(cases)) {
        const { stream } = markerStream(trial);
        await trial.consumer.refuses({ ...stream, lie: lie(stream, trial) }, what, code);
      }
    },
  };
}

/** The uuid of the entries of the vectors. */
const entryUuid = "0190c1a23b4c7d5e8f60718293a4b5c6";

const RECORDS = [
  "names-descending",
  "elements-descending",
  "counter-by-index",
  "value-not-canonical",
  "value-nil",
  "extension",
];

const REPLIES = ["begin-kind-unknown", "server-twice", "wrong-direction-back", "domain-mismatch-cut", "unknown-reason"];
