import type { LinkState } from "@concordat/replica";
import type { NodeStatus } from "../admin/node-status.js";
import type { PartnerJson } from "../http/status-json.js";
import { isWell, type Trouble } from "../http/verdict.js";
import type { Finding } from "./finding.js";

/** What is wrong with the node that says `status` of itself; nothing when it is well. Pure. */
export const diagnose = (status: NodeStatus): Finding[] =>
  status.partners.flatMap((partner) => {
    const state = partner.state as LinkState;
    return isWell(state) ? [] : [findingOf(partner, state)];
  });

const findingOf = ({ origin, message, remedy }: PartnerJson, state: Trouble): Finding => {
  const command = COMMANDS[state]?.(origin);
  return {
    code: state,
    origin,
    message,
    meaning: MEANINGS[state],
    ...(remedy !== undefined && { remedy }),
    ...(command !== undefined && { command }),
  };
};

const MEANINGS: Readonly<Record<Trouble, string>> = {
  paused:
    "nothing comes from this partner and nothing goes to it, as somebody wanted; away for longer than changelog_max_age, one of the two has to be refreshed",
  unreachable: "nothing comes from this partner; what is written here reaches it once it is back",
  "name-not-resolved": "nothing comes from this partner: nobody knows its address",
  "certificate-refused": "nothing comes from this partner: it does not know this node",
  "certificate-not-pinned": "nothing comes from this partner: it is not known to be who it says it is",
  "certificate-expired": "nothing comes from this partner until it has a valid certificate",
  "certificate-missing": "nothing comes from this partner: what answers there may be something else",
  "domain-mismatch": "the two nodes hold two databases, and exchange nothing",
  "refresh-required":
    "this partner's changes no longer come: applying them could bring back what was deleted meanwhile. What only this node has is told, and can be kept, before anything is replaced",
  unwilling: "this partner's changes do not come until it was refreshed itself; it still gets nothing wrong from here",
  critical: "neither node may apply the other's changes: each could bring back what the other has deleted",
  "no-overlap": "the two nodes were filled independently of each other, and exchange nothing",
  "clock-skew": "changes of the node whose clock is ahead are not applied elsewhere; nothing is lost meanwhile",
  "duplicate-server-uuid": "two replicas write under one name, and nothing of the one is applied to the other",
  "storage-full":
    "nothing more is taken over from this partner until there is room; reads go on, and so do other nodes",
  "protocol-error": "nothing comes from this partner while it goes on like this",
};

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
