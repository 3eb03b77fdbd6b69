import mergeVectors from "@concordat/protocol/vectors/merges.json" with { type: "json" };
import { derivedUuid } from "../derived-uuid.js";
import { type DescribedRecord, describeRecord } from "../described-record.js";
import { bytesOf } from "../hex.js";
import { readItem } from "../item.js";
import { binaryOf, integer } from "../message-pack.js";
import type { Requirement } from "../requirement.js";
import { rewritten } from "../rewritten.js";
import type { Trial } from "../trial.js";
import { violation } from "../violation.js";

const SECTION = "8. Merging";

/** Merges are tried by handing the peer one state, then the other, and reading what it makes of them. */
export const mergeRequirements: readonly Requirement[] = [
  merges("merge.parts", "keeps what a part of an entry leaves out", ["same", "part"]),
  merges("merge.register", "keeps of a register the versions that no other knows, the newest first", ["register"]),
  merges("merge.set", "keeps of each element the later change", ["set"]),
  merges("merge.map", "merges the keys of a map as registers", ["map"]),
  merges("merge.counter", "keeps of each server the later total", ["counter"]),
  merges("merge.kinds", "keeps states of several kinds side by side", ["kinds"]),
  merges("merge.users-kinds", "keeps and supplies states of kinds that it does not know, unread", ["named"]),
  merges("merge.deletion", "lets a tombstone win, and keeps what it did not know", ["deleted"]),
  merges(
    "merge.creations",
    "gives the uuid to the earlier of two creations, and keeps the later under its derived uuid",
    ["two"],
  ),
];

function merges(id: string, sentence: string, prefixes: readonly string[]): Requirement {
  const vectors = mergeVectors.vectors.filter(
    ({ name, error }) =>
      error === undefined && prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}-`)),
  );
  return { id, role: "both", sentence, section: SECTION, run: (trial) => mergesAll(trial, vectors) };
}

interface MergeVector {
  readonly name: string;
  readonly meaning: string;
  readonly left: string;
  readonly right: string;
  readonly joined?: readonly string[];
}

/** Each vector in both orders: one entry is given left then right, another right then left. */
const mergesAll = async (trial: Trial, vectors: readonly MergeVector[]): Promise<void> => {
  const { runner, consumer } = trial;
  const [lowest = "", middle = "", highest = ""] = [runner.uuid(), runner.uuid(), runner.uuid()].sort();
  // By the bytes of their uuids they stand as those of the vectors do.
  const servers = [middle, lowest, highest];
  const shiftMicros = runner.nextMicros() - SPAN_MICROS - VECTOR_MICROS;
  const cases = vectors.flatMap((vector) =>
    [false, true].map((isReversed) => {
      const uuid = runner.madeUuid();
      const own = (hex: string): Uint8Array => movedRecord(hex, uuid, shiftMicros);
      const states = [own(vector.left), own(vector.right)];
      const expected = (vector.joined ?? []).map((hex) => describedOf(own(hex), servers));
      return { vector, states: isReversed ? states.reverse() : states, expected };
    }),
  );
  for (const { expected } of cases) for (const { uuid } of expected) runner.made.add(uuid);
  for (const state of [0, 1]) {
    // Claimed by nobody yet: a supplier may hand over what it holds and does not claim.
    await consumer.pulls({ servers, records: cases.map(({ states }) => states[state] as Uint8Array) });
  }
  trial.forget();
  const { records } = await trial.refreshed();
  for (const { vector, expected } of cases) {
    for (const record of expected) {
      const found = records.get(record.uuid);
      if (JSON.stringify(found) === JSON.stringify(record)) continue;
      const is = found ? `is ${JSON.stringify(found)} in place of ${JSON.stringify(record)}` : "is missing";
      violation(`${vector.name} (${vector.meaning}): ${record.uuid} ${is}`);
    }
  }
};

/** The time that the vectors are around, and how far around. */
const VECTOR_MICROS = 1_753_000_000_000_000;
const SPAN_MICROS = 100;

/** A record of the vectors for another entry, at another time. */
const movedRecord = (hex: string, uuid: string, shiftMicros: number): Uint8Array =>
  rewritten(readItem(bytesOf(hex)), ({ kind, value }) => {
    if (kind === "binary") return binaryOf(value === ENTRY_UUID ? uuid : (value as string));
    const isTime = kind === "integer" && (value as number) >= VECTOR_MICROS;
    return isTime ? integer((value as number) + shiftMicros) : undefined;
  });

/** Of one that lost its uuid, with the uuid that it then has. */
const describedOf = (record: Uint8Array, servers: readonly string[]): DescribedRecord => {
  const described = describeRecord(readItem(record), record, servers);
  const { conflictOf, created } = described;
  return conflictOf === null ? described : { ...described, uuid: derivedUuid(conflictOf, created) };
};

const ENTRY_UUID = "0190c1a23b4c7d5e8f60718293a4b5c6";
