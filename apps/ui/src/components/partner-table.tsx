import type { Daemon } from "../daemon/daemon.js";
import type { RefreshControl } from "../daemon/use-refresh.js";
import { highestLagMs, type LagHistories, type LagHistory } from "../model/lag-history.js";
import type { PartnerRow } from "../model/partner-rows.js";
import { formatDuration } from "../model/quantity.js";
import { CommandLine } from "./command-line.js";
import { LagSparkline } from "./lag-sparkline.js";
import { PauseButton } from "./pause-button.js";
import { Section } from "./section.js";
import { ToneMark } from "./tone-mark.js";

export interface PartnerTableProps {
  readonly daemon: Daemon;
  readonly rows: readonly PartnerRow[];
  readonly lags: LagHistories;
  readonly suffix: string;
  readonly refresh: RefreshControl;
  readonly onDone: () => void;
}

/** Each partner: its state, how far behind it this node is and was, and what was exchanged. */
export const PartnerTable = ({ rows, lags, ...actions }: PartnerTableProps) => (
  <Section title="Partners">
    {rows.length === 0 ? (
      <div class="empty">
        <p>
          This node has no partners. Print its certificate, put it into the other node's server.toml, put the other's
          into this one's, and reload both.
        </p>
        <CommandLine command={`concordat show-replication-certificate${actions.suffix}`} />
      </div>
    ) : (
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Partner</th>
              <th scope="col">State</th>
              <th scope="col">Lag</th>
              <th scope="col">Last five minutes</th>
              <th scope="col">It lacks</th>
              <th scope="col">Last exchange</th>
              <th scope="col">Received</th>
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.origin} row={row} lag={lags.get(row.origin)} {...actions} />
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Section>
);

interface RowProps extends Omit<PartnerTableProps, "rows" | "lags"> {
  readonly row: PartnerRow;
  readonly lag: LagHistory | undefined;
}

const Row = ({ row, lag, daemon, suffix, refresh, onDone }: RowProps) => (
  <tr>
    <th scope="row">
      {row.origin}
      <span class="under">{row.type}</span>
    </th>
    <td>
      <span class={`state ${row.tone}`}>
        <ToneMark tone={row.tone} />
        {row.state}
      </span>
      {row.message !== undefined && <span class="under">{row.message}</span>}
    </td>
    <td class="figure">{row.lag ?? NOT_APPLICABLE}</td>
    <td>{lag && row.lag !== undefined && <LagSparkline history={lag} label={lagLabel(row.lag, lag)} />}</td>
    <td class="figure">{row.behind ?? NOT_APPLICABLE}</td>
    <Lines lines={row.exchanged} />
    <Lines lines={row.received} />
    <td class="actions">
      <button
        type="button"
        disabled={!row.canRefresh || refresh.run?.kind === "running"}
        onClick={() => refresh.ask(row.origin)}
      >
        Refresh<span class="unseen"> from {row.origin}</span>
      </button>{" "}
      <PauseButton daemon={daemon} origin={row.origin} isPaused={row.isPaused} suffix={suffix} onDone={onDone} />
    </td>
  </tr>
);

const Lines = ({ lines: [first, ...others] }: { readonly lines: readonly string[] }) => (
  <td class="figure">
    {first}
    {others.map((line) => (
      <span class="under" key={line}>
        {line}
      </span>
    ))}
  </td>
);

const NOT_APPLICABLE = "—";

const lagLabel = (now: string, history: LagHistory): string => {
  const highestMs = highestLagMs(history);
  return highestMs === undefined ? "lag: not known" : `lag: now ${now}, highest ${formatDuration(highestMs)}`;
};
