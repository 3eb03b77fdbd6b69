import type { Trouble } from "../http/verdict.js";

/** What a finding of a kind means, whatever it is about. */
interface FindingKind {
  readonly meaning: string;
  readonly degrades: boolean;
}

const degrading = (meaning: string): FindingKind => ({ meaning, degrades: true });
const noteworthy = (meaning: string): FindingKind => ({ meaning, degrades: false });

const OF_LINKS: Readonly<Record<Trouble, FindingKind>> = {
  paused: degrading(
    "nothing comes from this partner and nothing goes to it, as somebody wanted; away for longer than changelog_max_age, one of the two has to be refreshed",
  ),
  unreachable: degrading("nothing comes from this partner; what is written here reaches it once it is back"),
  "name-not-resolved": degrading("nothing comes from this partner: nobody knows its address"),
  "certificate-refused": degrading("nothing comes from this partner: it does not know this node"),
  "certificate-not-pinned": degrading("nothing comes from this partner: it is not known to be who it says it is"),
  "certificate-expired": degrading("nothing comes from this partner until it has a valid certificate"),
  "certificate-missing": degrading("nothing comes from this partner: what answers there may be something else"),
  "domain-mismatch": degrading("the two nodes hold two databases, and exchange nothing"),
  "refresh-required": degrading(
    "this partner's changes no longer come: applying them could bring back what was deleted meanwhile. What only this node has is told, and can be kept, before anything is replaced",
  ),
  unwilling: degrading(
    "this partner's changes do not come until it was refreshed itself; it still gets nothing wrong from here",
  ),
  critical: degrading("neither node may apply the other's changes: each could bring back what the other has deleted"),
  "no-overlap": degrading("the two nodes were filled independently of each other, and exchange nothing"),
  "clock-skew": degrading(
    "changes of the node whose clock is ahead are not applied elsewhere; nothing is lost meanwhile",
  ),
  "duplicate-server-uuid": degrading(
    "two replicas write under one name, and nothing of the one is applied to the other",
  ),
  "storage-full": degrading(
    "nothing more is taken over from this partner until there is room; reads go on, and so do other nodes",
  ),
  "protocol-error": degrading("nothing comes from this partner while it goes on like this"),
};

const OF_THE_NODE = {
  "config-unreadable": degrading("nothing is known of the node: no command works without its file"),
  "config-invalid": degrading("the daemon does not start with this file, and a running one does not take it over"),
  "config-open": degrading("whoever may write the file decides who is a partner, and what the node runs with"),
  "config-not-loaded": noteworthy("the node does not do yet what its file says"),
  "no-partners": noteworthy("what is written here is nowhere else, and a lost disk loses it"),
  "log-level-verbose": noteworthy("the log grows fast, and slows down what waits for it"),
  "storage-memory": degrading("everything is gone when the process ends"),
  "read-only": noteworthy("local writes are refused; replication goes on"),
  "daemon-not-running": degrading("nobody is served here, and nothing replicates"),
  "daemon-denied": degrading("this user can check the node's files at most, and not the daemon"),
  "database-in-use": degrading("a program has the database open that does not answer at adminbindpath"),
  "database-missing": degrading("there is no content yet: the daemon makes an empty database when it starts"),
  "database-unreachable": degrading("the node cannot start: its database server does not answer, or refuses it"),
  "database-damaged": degrading("the node cannot start from this database"),
  "database-directory-open": degrading("other users of this machine may read, or replace, what the node holds"),
  "identity-unusable": degrading("the node has no certificate to show, and no partner will talk to it"),
  "learned-certificates-unusable": degrading(
    "the daemon does not start, and would not know the partners that have renewed their certificates",
  ),
  "key-file-open": degrading(
    "who can read the key can be this node to every partner; the daemon does not start with it",
  ),
  "disk-low": degrading(
    "a refresh or restore fills a second database beside the first, and may not find room; writes fail when it is full",
  ),
  "discarded-entries-kept": noteworthy(
    "a refresh or restore set aside what only this node had, and nobody has looked at it since",
  ),
  "conflicts-waiting": noteworthy(
    "values that lost a merge, or break a rule of the schema, wait for somebody to decide",
  ),
  "port-taken": degrading("the daemon cannot start: another program listens where partners connect"),
  "bind-unavailable": degrading("the daemon cannot start: this machine has no such address"),
  "origin-not-resolved": degrading("partners that use the same name service cannot find this node"),
  "origin-elsewhere": noteworthy(
    "partners connect to another port than the node listens on: right behind a forwarding, wrong otherwise",
  ),
  "bind-loopback": degrading("partners on other machines cannot connect: the node listens to its own machine only"),
  "own-certificate-expired": degrading("no partner accepts this node any more"),
  "own-certificate-expiring": noteworthy("when it ends, no partner accepts this node any more"),
  "own-certificate-pinned": degrading(
    "the link cannot work: the partner is expected to show this node's own certificate",
  ),
  "pin-expired": degrading(
    "the partner cannot connect, and is not connected to, until it has a valid certificate that is pinned here",
  ),
  "pin-expiring": noteworthy("when it ends, the link ends"),
  "pin-shared": degrading("one certificate for several partners: at most one of them is who it should be"),
  "changes-missing": degrading("readers here see an older state than the partner's"),
  "partner-behind": degrading(
    "what was written here is not there yet, and would be lost with this node's disk if no other partner has it",
  ),
  "partner-does-not-pull": degrading(
    "changes go one way over a link that is meant for both, or that the partner is meant to use",
  ),
  "purge-horizon-near": degrading(
    "soon the partner may have purged deletions that this node has not seen, and only a refresh helps then",
  ),
  "clock-drift": noteworthy("last write wins by the clock; beyond max_clock_skew changes are refused"),
  "version-differs": noteworthy("the two nodes run different versions: fine while one is being upgraded"),
  "refused-connections": noteworthy(
    "somebody knocks who is not let in: a partner with a new certificate, or a stranger",
  ),
} as const satisfies Readonly<Record<string, FindingKind>>;

/** Every kind of finding, by its stable code; docs/errors has a page for each. */
export const FINDINGS = { ...OF_LINKS, ...OF_THE_NODE };

export type FindingCode = keyof typeof FINDINGS;
