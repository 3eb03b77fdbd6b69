import type { MergeKind, ServerUuid, Uuid, Value } from "@concordat/crdt";

/**
 * What was written, as the writers were told, and nothing else: the content that replicas must show is worked out from this
 * alone. It shares no code with the merge that it judges.
 */
export interface RecordedChange {
  readonly ts: number;
  readonly server: ServerUuid;
  readonly node: number;
  readonly operations: readonly RecordedOperation[];
  /** `unknown`: the writer was not told, since its process ended or its disk failed. */
  status: "acknowledged" | "unknown" | "refused";
  /**
   * Whether a replica may lack it for good: nobody was told of it, the only disk that had it is gone or went back in time, or an
   * operator has discarded it.
   */
  mayBeMissing: boolean;
}

export type RecordedOperation =
  | { readonly kind: "create"; readonly creation: Creation }
  | { readonly kind: "delete"; readonly creation: Creation }
  | { readonly kind: "attribute"; readonly creation: Creation; readonly attribute: string; readonly effect: Effect };

/** Which creation of which uuid, told by when and where it was made. */
export interface Creation {
  readonly uuid: Uuid;
  readonly ts: number;
  readonly server: ServerUuid;
}

export type Effect =
  /** `isSame`: it was shown already, maybe as another kind, which is then overtaken. */
  | { readonly kind: "register"; readonly value: Value | undefined; readonly isSame?: boolean }
  | { readonly kind: "set"; readonly present: readonly Value[]; readonly absent: readonly Value[] }
  | { readonly kind: "map"; readonly values: Readonly<Record<string, Value>>; readonly removed: readonly string[] }
  | { readonly kind: "counter"; readonly amount: number }
  /** The recorder could not tell what it does. */
  | { readonly kind: "untold" };

export const nameOfCreation = ({ uuid, ts, server }: Creation): string => `${uuid} of ${ts} by ${server}`;

/** One operation on an attribute, with when and where. */
export interface AttributeOperation {
  readonly change: RecordedChange;
  readonly effect: Effect;
}

/** Everything that was written to one creation. */
export interface CreationHistory {
  readonly creation: Creation;
  readonly creates: RecordedChange[];
  readonly deletes: RecordedChange[];
  readonly attributes: Map<string, AttributeOperation[]>;
}

/** Everything that was written in one run. */
export class History {
  readonly changes: RecordedChange[] = [];
  readonly creations = new Map<string, CreationHistory>();
  /** Those of which nobody has been told yet. */
  readonly pending = new Set<RecordedChange>();
  readonly #forked = new Map<ServerUuid, number>();

  get hasForks(): boolean {
    return this.#forked.size > 0;
  }

  add(change: RecordedChange): void {
    change.mayBeMissing ||= change.status !== "acknowledged" || this.isForked(change);
    this.changes.push(change);
    if (change.status === "refused") return;
    for (const operation of change.operations) {
      const of = this.#of(operation.creation);
      if (operation.kind === "create") of.creates.push(change);
      else if (operation.kind === "delete") of.deletes.push(change);
      else {
        const all = of.attributes.get(operation.attribute) ?? [];
        all.push({ change, effect: operation.effect });
        of.attributes.set(operation.attribute, all);
      }
    }
  }

  /** The process at `node` has ended: nobody will ever be told of what it was committing. */
  processEnded(node: number): void {
    this.#leaveUnknown((change) => change.node === node);
  }

  /** What `server` had is gone, and with it what it was still committing, whatever is told of it later. */
  serverLost(server: ServerUuid): void {
    this.#leaveUnknown((change) => change.server === server);
  }

  #leaveUnknown(isMeant: (change: RecordedChange) => boolean): void {
    for (const change of this.pending) {
      if (!isMeant(change)) continue;
      this.pending.delete(change);
      this.add(change);
    }
  }

  /** What `server` writes after that exists in two versions, or may be announced anew by another. */
  fork(server: ServerUuid, afterMicros: number): void {
    this.#forked.set(server, Math.min(afterMicros, this.#forked.get(server) ?? afterMicros));
    for (const change of this.changes) if (this.isForked(change)) change.mayBeMissing = true;
  }

  isForked({ server, ts }: { readonly server: ServerUuid; readonly ts: number }): boolean {
    return ts > (this.#forked.get(server) ?? Number.POSITIVE_INFINITY);
  }

  #of(creation: Creation): CreationHistory {
    const name = nameOfCreation(creation);
    const known = this.creations.get(name);
    if (known) return known;
    const made: CreationHistory = { creation, creates: [], deletes: [], attributes: new Map() };
    this.creations.set(name, made);
    return made;
  }
}

/** The kinds under which an attribute was written. */
export const kindsWritten = (operations: readonly AttributeOperation[]): ReadonlySet<MergeKind | "untold"> =>
  new Set(operations.map(({ effect }) => effect.kind));

/** Whether anything is written at all: what is there already is not written again. */
export const changesAnything = (effect: Effect): boolean => {
  switch (effect.kind) {
    case "register":
      return !effect.isSame;
    case "set":
      return effect.present.length + effect.absent.length > 0;
    case "map":
      return Object.keys(effect.values).length + effect.removed.length > 0;
    case "counter":
      return effect.amount !== 0;
    case "untold":
      return false;
  }
};
