import { type Measurement, median, perSecond } from "../report/measurement.js";
import { PeerPair } from "./peer-pair.js";
import { PEER_PROFILES, type PeerProfile, type PeerSizes } from "./peer-profiles.js";
import type { Subjects } from "./subjects.js";
import type { Workload } from "./workload.js";

/** One peer on one workload: nothing, or a figure or two. */
type Measure = (subjects: Subjects, profile: PeerProfile, sizes: PeerSizes) => Promise<readonly Measurement[]>;

const ofEachPeer = (id: string, title: string, measure: Measure): Workload => ({
  id,
  title: `${title}, the peers`,
  run: async (subjects, scale) => {
    const measurements: Measurement[] = [];
    for (const profile of PEER_PROFILES) {
      measurements.push(...(await measure(subjects, profile, profile.sizes(scale))));
      await subjects.endAll();
    }
    return measurements;
  },
});

const refresh: Measure = async (subjects, profile, { refresh: counts, rounds }) => {
  const pair = new PeerPair(subjects, profile.kind);
  const measurements: Measurement[] = [];
  for (const count of counts) {
    await pair.fillLeft(count);
    const ms = await medianMs(rounds, () => pair.refresh());
    await pair.expectEqual();
    measurements.push(figure("W1", profile, `refresh of ${text(count)} entries`, perSecond(count, ms)));
  }
  return measurements;
};

const pull: Measure = async (subjects, profile, { changed: { entries, changes }, rounds }) => {
  const pair = new PeerPair(subjects, profile.kind);
  await pair.fillBoth(entries);
  const ms = await medianMs(rounds, async (round) => {
    const from = (round * changes) % entries;
    await pair.left.call("change", { from, count: changes, attribute: "city", value: `round ${round}` });
    const pulled = await pair.pull();
    await pair.expectEqual();
    return pulled;
  });
  const what = `pull of ${text(changes)} changed attributes, of ${text(entries)} entries`;
  return [figure("W2", profile, what, perSecond(changes, ms))];
};

const bothWays: Measure = async (subjects, profile, { changed: { entries, changes }, rounds }) => {
  const pair = new PeerPair(subjects, profile.kind);
  await pair.fillBoth(entries);
  const ms = await medianMs(rounds, async (round) => {
    await Promise.all([
      pair.left.call("change", { from: 0, count: changes, attribute: "city", value: `left ${round}` }),
      pair.right.call("change", { from: 0, count: changes, attribute: "phone", value: `right ${round}` }),
    ]);
    const pulled = await pair.pullBothWays();
    await pair.expectEqual();
    return pulled;
  });
  const what = `${text(changes)} changes on each side of the same entries, of ${text(entries)}`;
  const lacks = [...profile.lacks, ...(profile.lacksBothWays ?? [])];
  return [figure("W3", { ...profile, lacks }, what, perSecond(2 * changes, ms))];
};

/** One update of all changes, which is the best case: taken one by one they cost more. */
const merge: Measure = async (subjects, profile, { merge: sizes, rounds }) => {
  if (sizes === undefined) return [];
  const subject = subjects.start(profile.kind);
  const ms = await medianMs(rounds, () => subject.call<number>("merge", sizes));
  const what = `${text(sizes.changes)} changes of one attribute onto ${text(sizes.entries)} entries, in one update`;
  return [figure("W5", profile, what, perSecond(sizes.changes, ms))];
};

const medianMs = async (rounds: number, round: (index: number) => Promise<number>): Promise<number> => {
  const times: number[] = [];
  for (let index = 0; index < rounds; index += 1) times.push(await round(index));
  return median(times.slice(1));
};

const figure = (workload: string, { name, carrier, lacks }: PeerProfile, what: string, value: number): Measurement => ({
  workload,
  subject: name,
  what: workload === "W5" ? what : `${what}, ${carrier}`,
  value,
  unit: "/s",
  lacks,
});

const text = (count: number): string => count.toLocaleString("en-US");

/** The peers, on the workloads that they can do: none of the continuous integration's. */
export const PEERS: readonly Workload[] = [
  ofEachPeer("W1", "refresh into an empty replica", refresh),
  ofEachPeer("W2", "pull after an outage", pull),
  ofEachPeer("W3", "concurrent changes, both ways until equal", bothWays),
  ofEachPeer("W5", "merge alone, in memory", merge),
];
