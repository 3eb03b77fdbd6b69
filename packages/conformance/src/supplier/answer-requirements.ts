import type { Asking } from "../asking.js";
import { expectRefusal } from "../asking.js";
import { framed } from "../frame.js";
import { hexOf } from "../hex.js";
import { binaryOfLength, textOf } from "../item.js";
import { vectorDigest } from "../met-consumer.js";
import { incrementalMessage, message } from "../own-message.js";
import type { Requirement } from "../requirement.js";
import { expectType, nameOfType, type Said, type SaidRow, TYPE } from "../said-message.js";
import type { Trial } from "../trial.js";
import { must, NotTested, violation } from "../violation.js";
import { withAsking } from "../with-asking.js";

const DECISION = "7.1 The supplier's decision";

/** What it answers to `Incremental`, and to what is asked with it. */
export const answerRequirements: readonly Requirement[] = [
  {
    id: "incremental.domain-mismatch",
    role: "supplier",
    sentence: "answers a request of another domain with DomainMismatch and its own",
    section: DECISION,
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const { rows } = await trial.refreshed();
        const said = await asking.ask(incrementalMessage({ domain: trial.runner.uuid(), rows }));
        const { fields } = expectType(said, TYPE.domainMismatch, "another domain");
        must(
          binaryOfLength(fields[0], 16, "the domain") === asking.hello.domain,
          "the domain is not that of its Hello",
        );
      }),
  },
  {
    id: "incremental.no-changes",
    role: "supplier",
    sentence: "answers NoChanges to whoever has seen all that it has, or at first an empty stream",
    section: DECISION,
    run: (trial) => withAsking(trial, async (asking) => void (await catchUp(trial, asking))),
  },
  {
    id: "incremental.from-nothing",
    role: "supplier",
    sentence: "supplies all that it has to whoever has seen nothing, or says RefreshRequired where it has purged",
    section: DECISION,
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const { count, rows } = await trial.refreshed();
        const said = await asking.ask(incrementalMessage({ domain: asking.hello.domain, rows: new Map() }));
        if ([...rows.values()].some(({ purged }) => purged > 0)) {
          expectType(said, TYPE.refreshRequired, "an empty vector");
          return;
        }
        if (said?.type === TYPE.noChanges && rows.size === 0) return;
        const stream = await asking.rest(said);
        must(stream.kind === "incremental", `a stream of the kind ${stream.kind} answers Incremental`);
        must(stream.count === count, `${stream.count} records, of ${count} that a refresh has`);
      }),
  },
  {
    id: "incremental.supplier-lags",
    role: "supplier",
    sentence: "is unwilling (supplier-lags) where the consumer has purged what it has not seen",
    section: DECISION,
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const { rows } = await trial.refreshed();
        const strange: [string, SaidRow] = [trial.runner.uuid(), row({ seen: 5, purged: 5 })];
        const said = await asking.ask(
          incrementalMessage({ domain: asking.hello.domain, rows: new Map([...rows, strange]) }),
        );
        expectUnwilling(said, "supplier-lags", "a server that the consumer has purged further");
      }),
  },
  {
    id: "incremental.no-overlap",
    role: "supplier",
    sentence: "is unwilling (no-overlap) where no server was seen by both",
    section: DECISION,
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const { rows } = await trial.refreshed();
        const seen = [...rows.values()].filter((one) => one.seen > 0);
        if (seen.length === 0) throw new NotTested("the peer has seen nothing yet");
        if (seen.some(({ purged }) => purged > 0))
          throw new NotTested("the peer has purged: whoever has seen nothing lags");
        const strange = new Map([[trial.runner.uuid(), row({ seen: 5 })]]);
        const said = await asking.ask(incrementalMessage({ domain: asking.hello.domain, rows: strange }));
        expectUnwilling(said, "no-overlap", "a vector of another topology");
      }),
  },
  {
    id: "incremental.refresh-required",
    role: "supplier",
    sentence: "answers RefreshRequired to whoever has not seen what it has purged",
    section: DECISION,
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const { rows } = await trial.refreshed();
        const purged = [...rows].filter(([, one]) => one.purged > 0).map(([server]) => server);
        if (purged.length === 0) throw new NotTested("the peer has purged nothing yet");
        const behind = new Map([...rows].filter(([server]) => !purged.includes(server)));
        const said = await asking.ask(incrementalMessage({ domain: asking.hello.domain, rows: behind }));
        expectType(said, TYPE.refreshRequired, "a vector that lacks what was purged");
      }),
  },
  {
    id: "vector.digest",
    role: "supplier",
    sentence: "takes a digest for the rows that did not move, and refuses a wrong one as `shape`",
    section: "7.2 The vector of a request",
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const rows = await catchUp(trial, asking);
        const { domain } = asking.hello;
        const none = new Map<string, SaidRow>();
        const said = await asking.ask(incrementalMessage({ domain, rows: none, digest: vectorDigest(rows) }));
        expectType(said, TYPE.noChanges, "the digest of the vector of the request before");
        const wrong = hexOf(trial.runner.randomBytes(32));
        await asking.connection.write(framed(incrementalMessage({ domain, rows: none, digest: wrong })));
        await expectRefusal(asking.connection, "a digest of another vector", "shape");
      }),
  },
  {
    id: "vector.starts-over",
    role: "supplier",
    sentence: "takes a whole vector at any time",
    section: "7.2 The vector of a request",
    run: (trial) =>
      withAsking(trial, async (asking) => {
        const rows = await catchUp(trial, asking);
        const said = await asking.ask(incrementalMessage({ domain: asking.hello.domain, rows }));
        expectType(said, TYPE.noChanges, "the same vector once more");
      }),
  },
  {
    id: "subscribe.waits",
    role: "supplier",
    sentence: "leaves Subscribe unanswered while there is nothing new",
    section: "7.5 Waiting for changes",
    run: (trial) =>
      withAsking(trial, async (asking) => {
        await catchUp(trial, asking);
        await asking.connection.write(framed(message(TYPE.subscribe)));
        const said = await asking.receive(QUIET_MS).catch(() => undefined);
        must(said === undefined || said.type !== TYPE.changed, "says Changed, and nothing has");
      }),
  },
];

/** What is said at once comes within this. */
const QUIET_MS = 300;

/** Asks with the peer's whole vector until it says that there is nothing new; the vector of the request. */
export const catchUp = async (trial: Trial, asking: Asking): Promise<ReadonlyMap<string, SaidRow>> => {
  let { rows } = await trial.refreshed();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const said = await asking.ask(incrementalMessage({ domain: asking.hello.domain, rows }));
    if (said?.type === TYPE.noChanges) return rows;
    if (said?.type !== TYPE.begin) violation(`answers its own vector with ${said ? nameOfType(said.type) : "the end"}`);
    const stream = await asking.rest(said);
    rows = new Map([...rows, ...stream.rows]);
  }
  throw new NotTested("the peer is written to faster than the runner can follow");
};

const ROUNDS_MAX = 5;

const row = ({ seen, purged = 0 }: { seen: number; purged?: number }): SaidRow => ({
  seen,
  purged,
  at: seen,
  hash: "0123456789abcdef",
});

const expectUnwilling = (said: Said | undefined, reason: string, after: string): void => {
  const { fields } = expectType(said, TYPE.unwilling, after);
  const told = textOf(fields[1], "the reason", 255);
  must(told === reason, `${after}: unwilling for ${told}, not for ${reason}`);
};
