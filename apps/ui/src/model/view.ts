import type { ConflictsAnswer, OverviewAnswer } from "../answers/index.js";
import { type LagHistories, withLags } from "./lag-history.js";

/** Everything that the page shows. What was heard last stays while nothing is heard. */
export interface View {
  readonly connection: Connection;
  readonly overview: OverviewAnswer | undefined;
  readonly conflicts: ConflictsAnswer | undefined;
  readonly lags: LagHistories;
}

export type Connection =
  | { readonly kind: "opening" }
  | { readonly kind: "live" }
  /** `concordat ui` answers, the daemon does not. It is asked on. */
  | {
      readonly kind: "daemon-gone";
      readonly message: string;
      readonly remedy: string | undefined;
      readonly sinceMs: number;
    }
  /** `concordat ui` itself does not answer. It is asked on. */
  | { readonly kind: "page-gone"; readonly sinceMs: number }
  /** No session: the link was used before, or the session has ended. */
  | { readonly kind: "shut-out" };

export type ViewEvent =
  | { readonly kind: "overview"; readonly overview: OverviewAnswer }
  | { readonly kind: "conflicts"; readonly conflicts: ConflictsAnswer }
  | {
      readonly kind: "problem";
      readonly status: number;
      readonly message: string;
      readonly remedy: string | undefined;
      readonly nowMs: number;
    }
  | { readonly kind: "no-answer"; readonly nowMs: number };

export const EMPTY_VIEW: View = {
  connection: { kind: "opening" },
  overview: undefined,
  conflicts: undefined,
  lags: new Map(),
};

/** What is shown after `event`. Pure. */
export const nextView = (view: View, event: ViewEvent): View => {
  switch (event.kind) {
    case "overview": {
      const { overview } = event;
      const lags = withLags(view.lags, overview.status.partners, Date.parse(overview.at));
      return { ...view, connection: { kind: "live" }, overview, lags };
    }
    case "conflicts":
      return { ...view, conflicts: event.conflicts };
    case "problem":
      if (event.status === 401 || event.status === 403) return { ...view, connection: { kind: "shut-out" } };
      return { ...view, connection: daemonGone(view.connection, event) };
    case "no-answer": {
      if (view.connection.kind === "page-gone") return view;
      return { ...view, connection: { kind: "page-gone", sinceMs: event.nowMs } };
    }
  }
};

const daemonGone = (before: Connection, event: Extract<ViewEvent, { kind: "problem" }>): Connection => ({
  kind: "daemon-gone",
  message: event.message,
  remedy: event.remedy,
  sinceMs: before.kind === "daemon-gone" ? before.sinceMs : event.nowMs,
});
