import type { ConflictsAnswer, OverviewAnswer, RefreshAnswer, ReloadAnswer, RenewalAnswer } from "../answers/index.js";
import { DaemonProblem, problemOf } from "./daemon-problem.js";
import { jsonLines } from "./json-lines.js";

/** The node, as the page may ask it. Every call throws a `DaemonProblem`, or what its signal was aborted with. */
export interface Daemon {
  overview(signal: AbortSignal): Promise<OverviewAnswer>;
  conflicts(signal: AbortSignal): Promise<ConflictsAnswer>;
  settle(id: string, body: object): Promise<void>;
  reload(options: { readonly dryRun: boolean }): Promise<ReloadAnswer>;
  renewCertificate(): Promise<RenewalAnswer>;
  pause(origin: string): Promise<void>;
  resume(origin: string): Promise<void>;
  /** Tells of each line of the answer. When aborted, nothing has changed. */
  refresh(request: RefreshRequest, onLine: (line: RefreshAnswer) => void, signal: AbortSignal): Promise<void>;
}

export interface RefreshRequest {
  readonly from: string;
  readonly discardLocalChanges: boolean;
}

/** A page of conflicts: who has more than this sees the rest once some are settled. */
const CONFLICTS_MAX = 20;

/** The node behind the server that this page came from. */
export const httpDaemon: Daemon = {
  overview: (signal) => json("api/overview", { signal }),
  conflicts: (signal) => json(`api/v1/conflicts?limit=${CONFLICTS_MAX}`, { signal }),
  settle: async (id, body) => {
    await json(`api/v1/conflicts/${encodeURIComponent(id)}/resolve`, post(body));
  },
  reload: ({ dryRun }) => json(`api/reload?dry-run=${dryRun}`, post()),
  renewCertificate: () => json("api/v1/admin/renew-certificate", post({ now: false })),
  pause: async (origin) => {
    await json("api/v1/admin/pause", post({ origin }));
  },
  resume: async (origin) => {
    await json("api/v1/admin/resume", post({ origin }));
  },
  refresh: async (request, onLine, signal) => {
    const { body } = await answer("api/v1/admin/refresh", { ...post(request), signal });
    if (body) for await (const line of jsonLines<RefreshAnswer>(body)) onLine(line);
  },
};

/** Trades the link's token for a session. @returns whether it was one. */
export const exchangeToken = async (token: string): Promise<boolean> => {
  const response = await fetch("session", { method: "POST", body: token });
  return response.ok;
};

const post = (body?: object): RequestInit => ({
  method: "POST",
  ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
});

const json = async <T>(path: string, init: RequestInit): Promise<T> => (await answer(path, init)).json();

const answer = async (path: string, init: RequestInit): Promise<Response> => {
  const response = await fetch(path, init).catch((error: unknown) => {
    if (init.signal?.aborted && error === init.signal.reason) throw error;
    throw new DaemonProblem("nobody answers", undefined, undefined);
  });
  if (response.ok) return response;
  throw await problemOf(response);
};
