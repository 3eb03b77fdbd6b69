import { markerStream } from "../consumer/pull-requirements.js";
import { framed } from "../frame.js";
import { array, binary, binaryOf, boolean, integer, map, NIL, text } from "../message-pack.js";
import { incrementalMessage, message } from "../own-message.js";
import { registerRecord, rowAt } from "../own-record.js";
import type { Requirement } from "../requirement.js";
import { expectType, TYPE } from "../said-message.js";
import { catchUp } from "../supplier/answer-requirements.js";
import { must } from "../violation.js";
import { withAsking } from "../with-asking.js";

const LARGE_BYTES = 40 * 1024;
const LARGE_COUNT = 3;

/** What the peer has pulled, it supplies. */
export const relayRequirements: readonly Requirement[] = [
  {
    id: "relay.entries",
    role: "both",
    sentence: "supplies to others what it has pulled, of every server that wrote to it",
    section: "7.3 The stream",
    run: async (trial) => {
      const { runner, consumer } = trial;
      const [first, second] = [runner.uuid(), runner.uuid()];
      const [uuid, ts] = [runner.madeUuid(), runner.nextMicros()];
      const large = Array.from({ length: LARGE_COUNT }, () =>
        registerRecord(runner.madeUuid(), ts, "large", binary(new Uint8Array(LARGE_BYTES))),
      );
      await consumer.pulls({
        servers: [first, second],
        records: [tagsRecord(uuid, ts), ...large],
        claims: new Map([
          [first, rowAt(ts, runner.randomBytes)],
          [second, rowAt(ts + 1, runner.randomBytes)],
        ]),
      });
      trial.forget();
      const { records, rows } = await trial.refreshed();
      must(records.has(uuid), "does not supply an entry that it has pulled");
      for (const server of [first, second])
        must(rows.has(server), "does not claim a server whose changes it has claimed");
      trial.olderChange = { uuid, server: first };
    },
  },
  {
    id: "subscribe.changed",
    role: "both",
    sentence: "answers Subscribe with Changed when it has seen a change, and then supplies it",
    section: "7.5 Waiting for changes",
    run: async (trial) => {
      const uuid = trial.runner.madeUuid();
      await withAsking(trial, async (asking) => {
        const rows = await catchUp(trial, asking);
        await asking.connection.write(framed(message(TYPE.subscribe)));
        await trial.consumer.pulls(markerStream(trial, uuid).stream);
        expectType(await asking.receive(), TYPE.changed, "a subscription, and a change");
        const stream = await asking.stream(incrementalMessage({ domain: asking.hello.domain, rows }));
        must(stream.records.has(uuid), "says Changed, and does not supply what has");
      });
      trial.forget();
    },
  },
  {
    id: "consumer.applies-nothing-refused",
    role: "both",
    sentence: "holds nothing of the chunks that it refused",
    section: "7.4 The consumer's part",
    run: async (trial) => {
      const { records } = await trial.refreshed();
      const held = [...trial.runner.refused].filter((uuid) => records.has(uuid));
      must(held.length === 0, `holds ${held.length} entries of chunks that it refused`);
    },
  },
];

/** A set with an element of each of two servers, of which the second's is the newer. */
const tagsRecord = (uuid: string, ts: number): Uint8Array => {
  const element = (server: number, value: string): Uint8Array =>
    array(array(integer(server), integer(ts + server)), boolean(true), text(value));
  const set = array(element(0, "a"), element(1, "b"));
  return array(binaryOf(uuid), array(integer(0), integer(ts)), NIL, map(["tags", map(["set", set])]));
};
