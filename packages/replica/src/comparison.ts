import type { DomainUuid, Uuid } from "@concordat/crdt";

/** What came of comparing this replica's entries with a partner's. */
export type ComparisonOutcome =
  | ({ readonly kind: "compared" } & Comparison)
  /** The partner is of a version that cannot. */
  | { readonly kind: "unsupported"; readonly origin: string; readonly software: string }
  | { readonly kind: "domain-mismatch"; readonly origin: string; readonly domainUuid: DomainUuid };

export interface Comparison {
  readonly origin: string;
  /** Entries, tombstones too. */
  readonly entriesHere: number;
  readonly entriesThere: number;
  /** In ascending order of the uuids. */
  readonly differences: readonly Difference[];
  /** Whether these are all; the comparison stops where there are too many. */
  readonly complete: boolean;
  /** Over the connection, both ways. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export interface Difference {
  readonly uuid: Uuid;
  readonly where: "only-here" | "only-there" | "different";
  /** The attributes that are not the same; `undefined` where nobody can say, empty where the entry itself differs. */
  readonly attributes: readonly string[] | undefined;
  /** Why the nodes may differ though nothing is wrong; `undefined` where nothing explains it. */
  readonly explained: Explanation | undefined;
}

export type Explanation =
  /** The partner has seen a change of the entry that this replica has not, and will pull. */
  | "not-pulled-here"
  | "not-pulled-there"
  /** Both have seen all, and one of them has purged what the other will purge. */
  | "purged";

export interface CompareOptions {
  /** At most so many differences are named; 1,000 when left out. */
  readonly differencesMax?: number;
  readonly onProgress?: (progress: CompareProgress) => void;
  readonly signal?: AbortSignal;
}

export interface CompareProgress {
  /** The partner's entries that were compared. */
  readonly entries: number;
  /** About as many as there are: this replica's. */
  readonly entriesTotal: number;
}
