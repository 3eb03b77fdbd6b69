import type { StatusAnswer } from "../answers/index.js";
import type { Daemon } from "../daemon/daemon.js";
import { formatAge, formatBytes, formatCount } from "../model/quantity.js";
import { ReloadButton } from "./reload-button.js";

export interface NodeFactsProps {
  readonly daemon: Daemon;
  readonly status: StatusAnswer;
  readonly nowMs: number;
  readonly suffix: string;
  readonly onDone: () => void;
}

/** What the node holds and is, in figures. */
export const NodeFacts = ({ daemon, status, nowMs, suffix, onDone }: NodeFactsProps) => {
  const { totals, version, startedAt } = status;
  return (
    <div class="facts">
      <dl>
        <Fact name="Entries" value={formatCount(totals.liveEntries)} />
        <Fact name="Tombstones" value={formatCount(totals.tombstones)} />
        <Fact name="Size of the records" value={formatBytes(totals.recordBytes)} />
        <Fact name="Local writes" value={status.readOnly ? "refused: read only" : "accepted"} />
        <Fact name="Started" value={formatAge(startedAt, nowMs)} />
        <Fact name="Version" value={version} />
      </dl>
      <ReloadButton daemon={daemon} suffix={suffix} onDone={onDone} />
    </div>
  );
};

const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
