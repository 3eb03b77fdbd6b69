import type { DomainUuid, RuvRow, ServerLag, ServerUuid, Uuid } from "@concordat/crdt";

/** Everything that is said on a connection. One request is in flight at a time. `docs/protocol.md`. */
export type Message = Hello | Request | Reply | ErrorMessage;

export type Request = Ping | Incremental | Refresh | Subscribe | Digest;

export type Reply =
  | Pong
  | DomainMismatch
  | NoChanges
  | RefreshRequired
  | Unwilling
  | Begin
  | Chunk
  | End
  | Changed
  | Digests;

/** The first message of both sides. */
export interface Hello {
  readonly type: "hello";
  /** The minor version spoken; the major one is the ALPN name. */
  readonly minor: number;
  /** Name and version of the program, for people. */
  readonly software: string;
  readonly domainUuid: DomainUuid;
  readonly serverUuid: ServerUuid;
  /** The sender's wall clock, in microseconds since the Unix epoch. */
  readonly clockMicros: number;
  readonly features: readonly string[];
  readonly limits: AnnouncedLimits;
  /** What the sender says of certificates; left out where a connection has none. */
  readonly certificates?: HelloCertificates | undefined;
}

export interface HelloCertificates {
  /** The certificate that the sender is about to go over to. */
  readonly successor: AnnouncedSuccessor | undefined;
  /** SHA-256 over the DER of each certificate that the sender accepts from the receiver. */
  readonly accepted: readonly Uint8Array[];
}

/** Not checked by the codec: the bytes are a partner's claim. */
export interface AnnouncedSuccessor {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Ed25519, by the key of the certificate that this connection was authenticated with. */
  readonly signature: Uint8Array;
}

/** What the sender accepts, in bytes. */
export interface AnnouncedLimits {
  readonly requestFrameBytesMax: number;
  readonly replyFrameBytesMax: number;
  readonly entryBytesMax: number;
}

export interface Ping {
  readonly type: "ping";
}

/** Asks for what the consumer has not seen. */
export interface Incremental {
  readonly type: "incremental";
  readonly domainUuid: DomainUuid;
  /**
   * A digest (`ruvDigest`) of the consumer's whole vector when `rows` are only those that moved since the vector that
   * this connection last carried; `undefined` when `rows` are the whole vector.
   */
  readonly frozenDigest: Uint8Array | undefined;
  readonly rows: readonly WireRuvRow[];
  /** Up to where the consumer has applied this supplier's feed; `undefined` asks for all of it. */
  readonly cursor: Cursor | undefined;
}

/** Asks for everything, for a new and empty database; with a cursor, for the rest of it. */
export interface Refresh {
  readonly type: "refresh";
  readonly cursor: Cursor | undefined;
}

/**
 * Asks to be told once there are changes beyond what this connection was last given: `Changed`, at once or when there
 * are any. `Pong` means that there are none yet; the consumer asks again.
 */
export interface Subscribe {
  readonly type: "subscribe";
}

/**
 * Asks for digests of the supplier's entries, to find those that differ without copying any: of runs of `entriesPerRange`
 * entries, in the order of their uuids; with 0, of each entry by itself and in detail. Only to partners that announce
 * the feature `digest`.
 */
export interface Digest {
  readonly type: "digest";
  /** Entries beyond this uuid; `undefined` for all. */
  readonly after: Uuid | undefined;
  /** Entries up to and including this one; `undefined` for all. */
  readonly through: Uuid | undefined;
  readonly entriesPerRange: number;
}

export interface Pong {
  readonly type: "pong";
}

/** The two databases are of different domains: only a refresh adopts one. */
export interface DomainMismatch {
  readonly type: "domain-mismatch";
  readonly domainUuid: DomainUuid;
}

/** The supplier's vector has nothing that the consumer's lacks. The consumer's cursor stays. */
export interface NoChanges {
  readonly type: "no-changes";
}

/** The supplier has purged what the consumer has not seen. */
export interface RefreshRequired {
  readonly type: "refresh-required";
  readonly lags: readonly ServerLag[];
}

/** The supplier may not supply. `reason` is one of `UNWILLING_REASONS`. */
export interface Unwilling {
  readonly type: "unwilling";
  readonly lags: readonly ServerLag[];
  readonly reason: UnwillingReason;
}

export const UNWILLING_REASONS = ["supplier-lags", "critical", "no-overlap", "refreshing", "empty"] as const;

export type UnwillingReason = (typeof UNWILLING_REASONS)[number];

/** Opens the stream that answers `Incremental` or `Refresh`: chunks, then `End`. */
export interface Begin {
  readonly type: "begin";
  readonly kind: "incremental" | "refresh";
  readonly domainUuid: DomainUuid;
  /** Change ids in this stream name their server by its index in here. */
  readonly servers: readonly ServerUuid[];
  /** The vector of the snapshot that is streamed; claimed by the consumer with the last chunk and not before. */
  readonly rows: readonly WireRuvRow[];
  /** The snapshot's newest feed number. */
  readonly head: number;
  /** About how much is to come, for progress: entries of the feed from the cursor on, and their bytes. */
  readonly estimate: { readonly entries: number; readonly bytes: number };
}

export interface Chunk {
  readonly type: "chunk";
  /** Up to where the supplier's feed has been applied once this chunk is. */
  readonly cursor: Cursor;
  /** Entry records (`encodeEntry`), each validated by whoever reads it. */
  readonly records: readonly Uint8Array[];
}

export interface End {
  readonly type: "end";
  readonly cursor: Cursor;
  /** Entries in all chunks of this stream. */
  readonly count: number;
  /** SHA-256 over all records of this stream, in order. */
  readonly digest: Uint8Array;
}

export interface Changed {
  readonly type: "changed";
}

/** Answers `Digest`, as far as one answer goes. */
export interface Digests {
  readonly type: "digests";
  /** One after the other, without a gap; empty where entries are told in detail. */
  readonly ranges: readonly DigestRange[];
  readonly entries: readonly DigestEntry[];
  /** The vector of the moment that the entries are of; empty where ranges are told. */
  readonly rows: readonly WireRuvRow[];
  /** There are entries beyond the last range or entry here: the next request begins there. */
  readonly more: boolean;
}

/** A run of entries: from behind the run before it up to and including `through`. */
export interface DigestRange {
  readonly through: Uuid;
  readonly count: number;
  /** 16 bytes. */
  readonly digest: Uint8Array;
}

/** What tells whether one entry is the same on both sides, and if not, why. */
export interface DigestEntry {
  readonly uuid: Uuid;
  readonly kind: "live" | "tombstone";
  /** 16 bytes. */
  readonly digest: Uint8Array;
  /** Of each server that changed it, the newest time, in microseconds, that the entry knows. */
  readonly newest: readonly { readonly server: ServerUuid; readonly ts: number }[];
  /** Of each attribute, 8 bytes; `undefined` where they are too many. */
  readonly attributes: readonly { readonly name: string; readonly digest: Uint8Array }[] | undefined;
}

/** Ends the connection. */
export interface ErrorMessage {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface WireRuvRow extends RuvRow {
  readonly server: ServerUuid;
}

/** A place in the feed of one incarnation of a supplier. */
export interface Cursor {
  readonly server: ServerUuid;
  /** The supplier's feed number: everything up to it has been applied. 0 while a scan is on its way. */
  readonly sequence: number;
  /** Names the commit that reached it, or the scan's, 8 bytes: it exposes a supplier that went back in time. */
  readonly commit: Uint8Array;
  readonly scan?: CursorScan | undefined;
}

/** How far a scan of all entries, in the order of their uuids, has come. Whoever does not know it begins anew. */
export interface CursorScan {
  /** Everything up to this feed number has been applied, of the entries up to `uuid`. */
  readonly sequence: number;
  readonly uuid: Uuid;
}
