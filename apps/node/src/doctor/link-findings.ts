import type { NodeStatus } from "../admin/node-status.js";
import { isWell, type Trouble } from "../http/verdict.js";
import { type Finding, partnerFinding } from "./finding.js";

/** The links that need attention, in the words of their own reports. Pure. */
export const linkFindings = ({ partners }: Pick<NodeStatus, "partners">): Finding[] =>
  partners.flatMap(({ origin, state, message, remedy }) =>
    isWell(state) ? [] : [linkFinding(state, origin, message, remedy)],
  );

export const linkFinding = (state: Trouble, origin: string, message: string, remedy: string | undefined): Finding =>
  partnerFinding(state, origin, message, { remedy, command: COMMANDS[state]?.(origin) });

const refresh = (origin: string): string => `concordat refresh-replication-consumer --from ${origin}`;

/** Where it can be said without knowing which of the two nodes is right, or on this node at all. */
const COMMANDS: Partial<Record<Trouble, (origin: string) => string>> = {
  "refresh-required": refresh,
  "domain-mismatch": refresh,
  critical: refresh,
  "no-overlap": refresh,
  paused: (origin) => `concordat resume ${origin}`,
  "certificate-refused": () => "concordat show-replication-certificate",
};
