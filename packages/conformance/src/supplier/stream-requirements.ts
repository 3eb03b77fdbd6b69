import { incrementalMessage, refreshMessage } from "../own-message.js";
import type { Requirement } from "../requirement.js";
import type { SaidCursor } from "../said-message.js";
import type { Stream } from "../stream.js";
import type { Trial } from "../trial.js";
import { must, NotTested, violation } from "../violation.js";
import { withAsking } from "../with-asking.js";

const STREAM = "7.3 The stream";

/** One aspect of the stream that a refresh is. */
const ofStream = (
  id: string,
  sentence: string,
  section: string,
  problem: (stream: Stream) => string | undefined,
): Requirement => ({
  id,
  role: "supplier",
  sentence,
  section,
  run: async (trial) => {
    const found = problem(await trial.refreshed());
    if (found !== undefined) violation(found);
  },
});

export const streamRequirements: readonly Requirement[] = [
  {
    id: "refresh.stream",
    role: "supplier",
    sentence: "answers Refresh with a stream of that kind, of the domain of its Hello",
    section: "7. A session",
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const stream = await asking.refresh();
        must(stream.kind === "refresh", `a stream of the kind ${stream.kind} answers Refresh`);
        must(stream.domain === asking.hello.domain, "a stream of another domain than Hello's");
      }),
  },
  ofStream(
    "stream.records",
    "writes each record in its one form",
    "5. Entry records",
    ({ problems }) => problems.record,
  ),
  ofStream(
    "stream.cursors",
    "moves on with each chunk, and not beyond the head",
    STREAM,
    ({ problems }) => problems.cursor,
  ),
  ofStream("stream.end", "ends at the head", STREAM, ({ problems }) => problems.end),
  ofStream(
    "stream.count",
    "says how many records there were",
    "7.4 The consumer's part",
    ({ problems }) => problems.count,
  ),
  ofStream("stream.digest", "says their digest", "7.4 The consumer's part", ({ problems }) => problems.digest),
  {
    id: "stream.frame-limit",
    role: "supplier",
    sentence: "keeps its chunks within the limit that the consumer's Hello tells",
    section: "10. Limits",
    run: async (trial) => {
      const { frameBytesMax } = await trial.refreshed();
      if (frameBytesMax <= FRAME_BYTES)
        throw new NotTested(`no chunk of its content is larger than ${FRAME_BYTES} bytes`);
      const stream = await withAsking(trial, (asking) => asking.refresh(), { replyFrameBytesMax: FRAME_BYTES });
      const largest = stream.frameBytesMax;
      must(largest <= FRAME_BYTES, `a frame of ${largest} bytes, of ${FRAME_BYTES} that the consumer accepts`);
    },
  },
  {
    id: "cursor.resumes",
    role: "supplier",
    sentence: "supplies behind its own cursor all that is new since, and may supply more",
    section: STREAM,
    run: async (trial) => {
      const { rows, end } = await trial.refreshed();
      await withAsking(trial, async (asking) => {
        const stream = await asking.stream(refreshMessage(end));
        const isLess = [...rows].some(([server, { seen }]) => seen > (stream.rows.get(server)?.seen ?? 0));
        must(!isLess, "the vector has fallen");
      });
    },
  },
  {
    id: "cursor.commit",
    role: "supplier",
    sentence: "honours no cursor that names another commit than its own: it supplies all",
    section: STREAM,
    run: (trial) => expectAll(trial, (end) => ({ ...end, commit: otherThan(end.commit) })),
  },
  {
    id: "cursor.incarnation",
    role: "supplier",
    sentence: "honours no cursor of another server uuid: it supplies all",
    section: STREAM,
    run: (trial) => expectAll(trial, (end) => ({ ...end, server: trial.runner.uuid() })),
  },
  {
    id: "supply.every-change",
    role: "supplier",
    sentence: "supplies an entry for any change in it that the consumer has not seen, however old beside the others",
    section: STREAM,
    run: async (trial) => {
      const older = trial.olderChange;
      if (older === undefined) throw new NotTested("the runner could not give the peer an entry of two servers");
      const { rows } = await trial.refreshed();
      const behind = new Map([...rows].filter(([server]) => server !== older.server));
      await withAsking(trial, async (asking) => {
        const stream = await asking.stream(incrementalMessage({ domain: asking.hello.domain, rows: behind }));
        must(stream.records.has(older.uuid), "an entry whose older change is unseen, and the newer seen, was left out");
      });
    },
  },
];

const FRAME_BYTES = 64 * 1024;

/** Another 8 bytes, in hex. */
const otherThan = (commit: string): string => (commit === "f".repeat(16) ? "0".repeat(16) : "f".repeat(16));

const expectAll = async (trial: Trial, alter: (end: SaidCursor) => SaidCursor): Promise<void> => {
  const { count, end } = await trial.refreshed();
  if (count === 0) throw new NotTested("the peer has no entries: there is nothing to leave out");
  await withAsking(trial, async (asking) => {
    const stream = await asking.stream(refreshMessage(alter(end)));
    must(stream.count >= count, `${stream.count} records of ${count}: the cursor was honoured`);
  });
};
