import { map, NIL, text } from "../message-pack.js";
import type { OwnStream, PullRequest } from "../met-consumer.js";
import { message } from "../own-message.js";
import { markerRecord, rowAt } from "../own-record.js";
import type { Requirement } from "../requirement.js";
import { nameOfType, type SaidCursor, TYPE } from "../said-message.js";
import type { Trial } from "../trial.js";
import { must, NotTested, violation } from "../violation.js";

const PART = "7.4 The consumer's part";

/** A pull as it should be, and what follows from it. */
export const pullRequirements: readonly Requirement[] = [
  {
    id: "consumer.hello-first",
    role: "consumer",
    sentence: "says Hello without waiting for the other side's",
    section: "7. A session",
    run: async ({ consumer }) => {
      await consumer.answerNothing(await consumer.request());
      must(consumer.saidHelloFirst, "waits for the supplier's Hello");
    },
  },
  {
    id: "consumer.applies",
    role: "consumer",
    sentence: "claims with End what the stream's vector says, and comes back with its cursor",
    section: PART,
    run: async (trial) => {
      const { stream, seen } = markerStream(trial);
      const { after, cursor } = await trial.consumer.pulls(stream);
      must(seenIn(trial, after) === seen, "the vector of the next request does not have what End allowed to claim");
      must(isSame(after.cursor, cursor), "the cursor of the next request is not that of End");
    },
  },
  {
    id: "consumer.vector",
    role: "consumer",
    sentence: "sends its whole vector with the first request of a connection, and the right digest with fewer rows",
    section: "7.2 The vector of a request",
    run: async ({ consumer }) => {
      const before = await consumer.request();
      await consumer.answerNothing(before);
      const after = await consumer.request();
      await consumer.answerNothing(after);
      await consumer.drop();
      const first = await consumer.request();
      await consumer.answerNothing(first);
      for (const { vectorProblem } of [before, after, first]) must(vectorProblem === undefined, vectorProblem ?? "");
    },
  },
  {
    id: "consumer.changed",
    role: "consumer",
    sentence: "pulls when its Subscribe is answered with Changed",
    section: "7.5 Waiting for changes",
    run: async ({ consumer }) => {
      await consumer.answerNothing(await consumer.request());
      const { followsChanged, isFirst } = await consumer.request().then(async (request) => {
        await consumer.answerNothing(request);
        return request;
      });
      if (isFirst) throw new NotTested("it does not subscribe: it comes again when it wants to");
      must(followsChanged, "it asks again without Subscribe");
    },
  },
  {
    id: "consumer.pong",
    role: "consumer",
    sentence: "subscribes again, or pulls, when its Subscribe is answered with Pong",
    section: "7.5 Waiting for changes",
    run: async ({ consumer }) => {
      await consumer.answerNothing(await consumer.request());
      const said = await consumer.nextMessage();
      if (said?.type !== TYPE.subscribe) throw new NotTested("it does not subscribe: it comes again when it wants to");
      await consumer.say(message(TYPE.pong));
      const next = await consumer.nextMessage();
      const isDue = next?.type === TYPE.subscribe || next?.type === TYPE.incremental || next?.type === TYPE.ping;
      if (!isDue) violation(`after Pong: ${next ? nameOfType(next.type) : "the end of the connection"}`);
      await consumer.drop();
    },
  },
  {
    id: "consumer.later-fields",
    role: "consumer",
    sentence: "passes over what a later version adds to the messages of a stream",
    section: "6. Messages",
    run: async (trial) => {
      const { stream, seen } = markerStream(trial);
      const { after } = await trial.consumer.pulls({ ...stream, later: [text("later"), map(["k", NIL])] });
      must(seenIn(trial, after) === seen, "did not take a stream whose messages have more fields");
    },
  },
  {
    id: "consumer.claims-at-end",
    role: "consumer",
    sentence: "claims nothing of a stream that was cut off before End",
    section: PART,
    run: async (trial) => {
      const { consumer } = trial;
      const { stream } = markerStream(trial);
      const before = await consumer.request();
      const cursor = await consumer.supply(before, { ...stream, cut: true });
      const after = await consumer.request();
      await consumer.answerNothing(after);
      must(seenIn(trial, after) === seenIn(trial, before), "claims what the vector of a stream without End says");
      const isEither = isSame(after.cursor, before.cursor) || isSame(after.cursor, cursor);
      must(isEither, "comes back with a cursor that is neither the one before nor that of the chunk");
    },
  },
];

/** A stream of one new entry, made by the runner's own server; with what may be claimed of that server. */
export const markerStream = (
  { runner }: Trial,
  uuid = runner.madeUuid(),
): { readonly stream: OwnStream; readonly seen: number } => {
  const seen = runner.nextMicros();
  const claims = new Map([[runner.server, rowAt(seen, runner.randomBytes)]]);
  return { stream: { servers: [runner.server], records: [markerRecord(uuid, seen)], claims }, seen };
};

export const seenIn = ({ runner }: Trial, { vector }: PullRequest): number => vector.get(runner.server)?.seen ?? 0;

const isSame = (left: SaidCursor | undefined, right: SaidCursor | undefined): boolean =>
  left?.server === right?.server && left?.sequence === right?.sequence && left?.commit === right?.commit;
