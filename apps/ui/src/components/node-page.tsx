import type { OverviewAnswer } from "../answers/index.js";
import type { Daemon } from "../daemon/daemon.js";
import type { RefreshControl } from "../daemon/use-refresh.js";
import { certificateRows } from "../model/certificate-rows.js";
import { partnerRows } from "../model/partner-rows.js";
import { serverNames } from "../model/server-names.js";
import type { View } from "../model/view.js";
import { CertificateTable } from "./certificate-table.js";
import { ConflictList } from "./conflict-list.js";
import { FindingList } from "./finding-list.js";
import { NodeFacts } from "./node-facts.js";
import { PartnerTable } from "./partner-table.js";
import { RefreshDialog } from "./refresh-dialog.js";
import { RefusedConnections } from "./refused-connections.js";
import { RuvTable } from "./ruv-table.js";
import { TaskList } from "./task-list.js";
import { TopologyGraph } from "./topology-graph.js";
import { Verdict } from "./verdict.js";

export interface NodePageProps {
  readonly daemon: Daemon;
  readonly view: View;
  readonly overview: OverviewAnswer;
  readonly refresh: RefreshControl;
  /** Something was done: ask again at once. */
  readonly onDone: () => void;
}

/** How the node is: the verdict, what needs somebody, and then the rest from the near to the far. */
export const NodePage = ({ daemon, view, overview, refresh, onDone }: NodePageProps) => {
  const { status, findings, commandSuffix: suffix, at } = overview;
  const nowMs = Date.parse(at);
  return (
    <>
      <header class="masthead">
        <span class="brand">Concordat</span>
        <span class="origin">{status.origin ?? "a node without replication"}</span>
      </header>
      <main>
        <Verdict status={status} />
        <FindingList findings={findings} suffix={suffix} />
        <TaskList refresh={refresh} status={status} />
        <NodeFacts daemon={daemon} status={status} nowMs={nowMs} suffix={suffix} onDone={onDone} />
        <PartnerTable
          daemon={daemon}
          rows={partnerRows(status.partners, nowMs)}
          lags={view.lags}
          suffix={suffix}
          refresh={refresh}
          onDone={onDone}
        />
        <ConflictList
          daemon={daemon}
          conflicts={view.conflicts}
          names={serverNames(status)}
          suffix={suffix}
          onDone={onDone}
        />
        <TopologyGraph status={status} />
        <RuvTable status={status} />
        <CertificateTable rows={certificateRows(status, nowMs)} daemon={daemon} suffix={suffix} onDone={onDone} />
        <RefusedConnections refused={status.refusedConnections} nowMs={nowMs} />
      </main>
      <footer>
        Domain <code>{status.domainUuid}</code> · server <code>{status.serverUuid}</code>
      </footer>
      <RefreshDialog refresh={refresh} suffix={suffix} />
    </>
  );
};
