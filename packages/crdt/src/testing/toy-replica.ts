import {
  type AttributeState,
  asConflict,
  type ChangeId,
  claimedRows,
  compareChangeIds,
  deletedEntry,
  diffRuv,
  type EntryState,
  extendLineage,
  type LiveEntry,
  mergeEntry,
  type NamedKind,
  NO_LINEAGE,
  newestChangeOfEntry,
  nextTimestamp,
  type Ruv,
  type RuvRow,
  type ServerUuid,
  sameCreation,
  seenIn,
  type Uuid,
  unseenPart,
  writtenRegister,
} from "../index.js";

/** A change of one entry, as a generator makes it. */
export type ToyWrite =
  | { readonly kind: "create" }
  | { readonly kind: "delete" }
  | { readonly kind: "register"; readonly name: string; readonly value: number | undefined }
  | { readonly kind: "element"; readonly name: string; readonly element: string; readonly present: boolean }
  | { readonly kind: "key"; readonly name: string; readonly key: string; readonly value: number | undefined }
  | { readonly kind: "count"; readonly name: string; readonly amount: number }
  | {
      readonly kind: "named";
      readonly name: string;
      readonly mergeKind: NamedKind;
      readonly value: number | undefined;
    };

/** The smallest replica that keeps the model's rules: a map, a vector and a clock. Stream cuts are left to `replica`. */
export class ToyReplica {
  readonly entries = new Map<Uuid, EntryState>();
  ruv: Ruv = new Map();
  #clock = 0;

  constructor(readonly server: ServerUuid) {}

  write(uuid: Uuid, write: ToyWrite, wallMicros: number): void {
    const changeId = { ts: nextTimestamp(wallMicros, this.#clock), server: this.server };
    const next = written(this.entries.get(uuid), uuid, write, changeId);
    if (next === undefined) return;
    this.entries.set(uuid, next);
    this.#stamp(changeId.ts);
  }

  /** The founding of a domain is a change without an entry: what all of its replicas have in common. */
  found(): void {
    this.#stamp(nextTimestamp(0, this.#clock));
  }

  /** A whole pull: everything that the supplier has and this replica has not seen, then the claim. */
  pull(supplier: ToyReplica): void {
    if (diffRuv(this.ruv, supplier.ruv).kind !== "supply") return;
    const seen = seenIn(this.ruv);
    for (const entry of supplier.entries.values()) {
      const part = unseenPart(entry, seen);
      if (part) this.#apply(part);
    }
    for (const [server, row] of claimedRows(this.ruv, supplier.ruv)) this.#setRow(server, row);
  }

  #apply(state: EntryState): void {
    this.#clock = Math.max(this.#clock, newestChangeOfEntry(state).ts);
    const local = this.entries.get(state.uuid);
    if (local === undefined) this.entries.set(state.uuid, state);
    else if (sameCreation(local, state)) this.entries.set(state.uuid, mergeEntry(local, state));
    else {
      const earlier = compareChangeIds(local.createdAt, state.createdAt) < 0 ? local : state;
      this.entries.set(state.uuid, earlier);
      this.#apply(asConflict(earlier === local ? state : local));
    }
  }

  #stamp(ts: number): void {
    this.#clock = ts;
    const lineage = extendLineage(this.ruv.get(this.server)?.lineage ?? NO_LINEAGE, ts, new Uint8Array(8));
    this.#setRow(this.server, { seen: ts, purged: 0, lineage });
  }

  #setRow(server: ServerUuid, row: RuvRow): void {
    this.ruv = new Map(this.ruv).set(server, row);
  }
}

/** The state after a local write; `undefined` where there is nothing to write to. */
const written = (
  entry: EntryState | undefined,
  uuid: Uuid,
  write: ToyWrite,
  changeId: ChangeId,
): EntryState | undefined => {
  if (entry === undefined) {
    if (write.kind !== "create") return undefined;
    return { kind: "live", uuid, createdAt: changeId, conflictOf: undefined, attributes: new Map() };
  }
  if (entry.kind === "tombstone") return undefined;
  switch (write.kind) {
    case "create":
      return undefined;
    case "delete":
      return deletedEntry(entry, changeId);
    default:
      return withAttribute(entry, write, changeId);
  }
};

const withAttribute = (
  entry: LiveEntry,
  write: Exclude<ToyWrite, { kind: "create" | "delete" }>,
  changeId: ChangeId,
): LiveEntry => {
  const state = entry.attributes.get(write.name) ?? {};
  return { ...entry, attributes: new Map(entry.attributes).set(write.name, changed(state, write, changeId)) };
};

const changed = (
  state: AttributeState,
  write: Exclude<ToyWrite, { kind: "create" | "delete" }>,
  changeId: ChangeId,
): AttributeState => {
  switch (write.kind) {
    case "register":
      return { ...state, register: writtenRegister(state.register, changeId, bytesOf(write.value)) };
    case "element": {
      const element = { changeId, present: write.present };
      return { ...state, set: { elements: new Map(state.set?.elements).set(write.element, element) } };
    }
    case "key": {
      const register = writtenRegister(state.map?.keys.get(write.key), changeId, bytesOf(write.value));
      return { ...state, map: { keys: new Map(state.map?.keys).set(write.key, register) } };
    }
    case "named": {
      const register = writtenRegister(state.named?.get(write.mergeKind), changeId, bytesOf(write.value));
      return { ...state, named: new Map(state.named).set(write.mergeKind, register) };
    }
    case "count": {
      const mine = state.counter?.totals.get(changeId.server) ?? { increments: 0, decrements: 0 };
      const total = {
        ts: changeId.ts,
        increments: mine.increments + Math.max(write.amount, 0),
        decrements: mine.decrements + Math.max(-write.amount, 0),
      };
      return { ...state, counter: { totals: new Map(state.counter?.totals).set(changeId.server, total) } };
    }
  }
};

const bytesOf = (value: number | undefined): Uint8Array | undefined =>
  value === undefined ? undefined : Uint8Array.of(value);
