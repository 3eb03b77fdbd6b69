import { useEffect } from "preact/hooks";
import type { Daemon } from "../daemon/daemon.js";
import { useRefresh } from "../daemon/use-refresh.js";
import { useView } from "../daemon/use-view.js";
import type { View } from "../model/view.js";
import { ConnectionNotice } from "./connection-notice.js";
import { NodePage } from "./node-page.js";

/** The whole page: whether there is a connection, and what the node said last. */
export const App = ({ daemon }: { readonly daemon: Daemon }) => {
  const [view, askAgain] = useView(daemon);
  const refresh = useRefresh(daemon, askAgain);
  useEffect(() => {
    document.title = titleOf(view);
  }, [view]);
  const { overview, connection } = view;
  const isStale = connection.kind === "daemon-gone" || connection.kind === "page-gone";
  return (
    <>
      <ConnectionNotice connection={connection} suffix={overview?.commandSuffix ?? ""} />
      {overview && connection.kind !== "shut-out" && (
        <div class={isStale ? "stale" : ""}>
          <NodePage daemon={daemon} view={view} overview={overview} refresh={refresh} onDone={askAgain} />
        </div>
      )}
    </>
  );
};

/** What a row of tabs shows. */
const titleOf = ({ connection, overview }: View): string => {
  const name = overview?.status.origin ?? "Concordat";
  if (connection.kind === "opening") return "Concordat";
  if (connection.kind !== "live") return `No connection: ${name}`;
  return overview?.status.health === "ok" ? name : `Attention: ${name}`;
};
