import {
  type AttributeState,
  type ChangeId,
  deletedEntry,
  type EntryState,
  type LiveEntry,
  type MergeKind,
  randomUuid,
  shownNamed,
  type Uuid,
} from "@concordat/crdt";
import { ProtocolError, type ProtocolLimits } from "@concordat/protocol";
import type { Constraints, KnownKinds } from "../constraint/constraints.js";
import type { WriteBatch } from "../database/write-batch.js";
import type { AttributeChange, AttributeChanges, Attributes, Entry, Lookup } from "../entry.js";
import { type DefinedKind, isDefinedKind } from "../kind/merge-kind.js";
import type { Random } from "../ports/random.js";
import { entryVersion } from "../read/entry-version.js";
import { entryView, lookupView, unreadView } from "../read/entry-view.js";
import type { CreateOptions, Transaction, WriteOptions } from "../replica.js";
import { ReplicaError } from "../replica-error.js";
import { mergeKindOf, type Schema } from "../schema.js";
import { type AttributeEdit, changeEditOf, type EditOf, replacementEditOf } from "./attribute-edit.js";
import { checkConstraints } from "./check-constraints.js";
import { takeOverEdit } from "./take-over-edit.js";
import { writeAttribute } from "./write-attribute.js";

export interface TransactionContext {
  readonly batch: WriteBatch;
  readonly changeId: ChangeId;
  readonly schema: Schema;
  readonly random: Random;
  readonly limits: Pick<ProtocolLimits, "entryBytesMax" | "attributeNameBytesMax">;
}

/** One local transaction on top of a batch. Its writes reach the batch with `stage`, or never. */
export class EntryTransaction implements Transaction {
  readonly changeId: ChangeId;
  readonly #context: TransactionContext;
  readonly #written = new Map<Uuid, EntryState>();
  #operations = 0;
  #ended = false;

  constructor(context: TransactionContext) {
    this.#context = context;
    this.changeId = context.changeId;
  }

  get wrote(): boolean {
    return this.#written.size > 0;
  }

  get(uuid: Uuid): Promise<Entry | undefined> {
    return this.#operation(uuid, (state) =>
      state?.kind === "live" ? entryView(state, this.constraints.kinds) : undefined,
    );
  }

  lookup(uuid: Uuid): Promise<Lookup> {
    return this.#operation(uuid, (state) => lookupView(state, this.constraints.kinds));
  }

  async create(attributes: Attributes, options: CreateOptions = {}): Promise<Uuid> {
    const uuid = options.uuid ?? randomUuid(this.#context.random.bytes(16));
    return this.#operation(uuid, (existing) => {
      if (existing?.kind === "live") throw new ReplicaError("entry_exists", `entry ${uuid} exists already`);
      if (existing?.kind === "tombstone") throw deleted(uuid);
      this.#written.set(uuid, this.#changed(this.#blank(uuid), attributes, this.#bySchema(replacementEditOf)));
      return uuid;
    });
  }

  put(uuid: Uuid, attributes: Attributes, options: WriteOptions = {}): Promise<"created" | "replaced"> {
    return this.#operation(uuid, (existing) => {
      if (existing?.kind === "tombstone") throw deleted(uuid);
      expectVersion(uuid, existing, options);
      const before = existing ?? this.#blank(uuid);
      const after = this.#changed(
        before,
        replacing(before, attributes, this.constraints.kinds),
        this.#bySchema(replacementEditOf),
      );
      if (after !== existing) this.#written.set(uuid, after);
      return existing ? "replaced" : "created";
    });
  }

  modify(uuid: Uuid, changes: AttributeChanges, options: WriteOptions = {}): Promise<void> {
    return this.#operation(uuid, (state) => {
      const existing = expectLive(uuid, state, options);
      const after = this.#changed(existing, changes, this.#bySchema(changeEditOf));
      if (after !== existing) this.#written.set(uuid, after);
    });
  }

  delete(uuid: Uuid, options: WriteOptions = {}): Promise<void> {
    return this.#operation(uuid, (state) => {
      this.#written.set(uuid, deletedEntry(expectLive(uuid, state, options), this.changeId));
    });
  }

  /** The merged state of `uuid` as this transaction has made it: for those who settle conflicts. */
  stateOf(uuid: Uuid): Promise<EntryState | undefined> {
    return this.#operation(uuid, (state) => state);
  }

  /** Replaces the state of an entry that there is. */
  rewrite(uuid: Uuid, rewritten: (state: EntryState) => EntryState): Promise<void> {
    return this.#operation(uuid, (state) => {
      if (state) this.#written.set(uuid, rewritten(state));
    });
  }

  /** Makes the attributes of a live entry those that `other` shows, each of the kind that it has there, whatever the schema says. */
  takeOver(uuid: Uuid, other: LiveEntry): Promise<void> {
    return this.#operation(uuid, (state) => {
      const before = expectLive(uuid, state, {});
      const names = [...before.attributes.keys(), ...other.attributes.keys()];
      const changes = Object.fromEntries(names.map((name) => [name, undefined]));
      const edit = (name: string): AttributeEdit =>
        takeOverEdit(name, other.attributes.get(name), this.constraints.kinds);
      this.#written.set(uuid, this.#changed(before, changes, edit));
    });
  }

  /** Creates an entry of states that this transaction has written. */
  createCopy(attributes: ReadonlyMap<string, AttributeState>): Promise<Uuid> {
    const uuid = randomUuid(this.#context.random.bytes(16));
    return this.#operation(uuid, () => {
      this.#written.set(uuid, { ...this.#blank(uuid), attributes });
      return uuid;
    });
  }

  /** No operation may begin from here on. @throws ReplicaError `invalid_change` when one that began has not ended. */
  end(): void {
    this.#ended = true;
    if (this.#operations > 0) {
      throw new ReplicaError("invalid_change", "the transaction ended before its operations had: await each of them");
    }
  }

  /** What the schema holds entries to. */
  get constraints(): Constraints {
    return this.#context.batch.database.index.constraints;
  }

  /**
   * Hands the writes to the batch, if the schema accepts them. @throws ReplicaError `entry_too_large`, `invalid_change`,
   * `entry_invalid`, `unique_violation`; then nothing was handed over.
   */
  async stage(): Promise<void> {
    const { batch, limits } = this.#context;
    const encoded = [...this.#written.values()].map((state) => ({ state, record: this.#encoded(state) }));
    const large = encoded.find(({ record }) => record.length > limits.entryBytesMax);
    if (large) {
      throw new ReplicaError(
        "entry_too_large",
        `entry ${large.state.uuid} would take ${large.record.length} bytes, the limit is ${limits.entryBytesMax}: split it`,
      );
    }
    // The last that can fail: it notes the claims that the writes make.
    await checkConstraints(batch, this.#written);
    for (const { state, record } of encoded) batch.stage(state, record);
  }

  /**
   * Reads what this transaction has made of `uuid` and works on it. Between the two nothing else happens, so that
   * operations that run at once on one entry do not lose each other's writes.
   */
  async #operation<T>(uuid: Uuid, work: (state: EntryState | undefined) => T): Promise<T> {
    if (this.#ended) throw new ReplicaError("invalid_change", "the transaction has ended: begin another");
    this.#operations += 1;
    try {
      await this.#context.batch.load([uuid]);
      return work(this.#written.get(uuid) ?? this.#context.batch.current(uuid));
    } finally {
      this.#operations -= 1;
    }
  }

  #encoded(state: EntryState): Uint8Array {
    try {
      return this.#context.batch.encode(state);
    } catch (cause) {
      if (cause instanceof ProtocolError) throw new ReplicaError("invalid_change", cause.message, { cause });
      throw cause;
    }
  }

  #blank(uuid: Uuid): LiveEntry {
    return { kind: "live", uuid, createdAt: this.changeId, conflictOf: undefined, attributes: new Map() };
  }

  /** What changes mean here. */
  #bySchema(editOf: EditOf): EditFor {
    return (name, change, state) => {
      const kind = mergeKindOf(this.#context.schema, name);
      const edit = editOf(change, kind);
      if (edit.kind !== "remove") expectKnown(name, state, kind);
      return edit;
    };
  }

  /** `entry` itself when no change changes anything. */
  #changed(entry: LiveEntry, changes: AttributeChanges, editFor: EditFor): LiveEntry {
    let attributes: Map<string, AttributeState> | undefined;
    for (const [name, change] of Object.entries(changes)) {
      this.#checkName(name);
      const before = entry.attributes.get(name);
      const after = writeAttribute(name, before, () => editFor(name, change, before), this.changeId);
      if (after === undefined || after === before) continue;
      attributes ??= new Map(entry.attributes);
      attributes.set(name, after);
    }
    return attributes ? { ...entry, attributes } : entry;
  }

  #checkName(name: string): void {
    const { attributeNameBytesMax } = this.#context.limits;
    // A character takes at least one byte and at most three a UTF-16 unit.
    const fits =
      name.length * 3 <= attributeNameBytesMax || new TextEncoder().encode(name).length <= attributeNameBytesMax;
    if (name.length > 0 && fits) return;
    const shown = JSON.stringify(name.slice(0, 40));
    throw new ReplicaError("invalid_change", `attribute name ${shown} is empty or over ${attributeNameBytesMax} bytes`);
  }
}

/** What a change of an attribute in this state comes to. */
type EditFor = (name: string, change: AttributeChange, state: AttributeState | undefined) => AttributeEdit;

/** A value of another kind would hide what nobody has read here, until somebody writes that again. */
const expectKnown = (name: string, state: AttributeState | undefined, kind: MergeKind | DefinedKind): void => {
  const unread = state && shownNamed(state);
  if (unread === undefined || (isDefinedKind(kind) && kind.name === unread.kind)) return;
  throw new ReplicaError(
    "unknown_merge_kind",
    `attribute ${JSON.stringify(name)} is of the merge kind ${unread.kind}, which is not known here: write it where it is, or remove it first`,
  );
};

/** The changes that leave `entry` with `attributes`, and no others: what is not read here was not left out by anybody. */
const replacing = (entry: LiveEntry, attributes: Attributes, kinds: KnownKinds): AttributeChanges => {
  const changes: Record<string, AttributeChange> = Object.create(null);
  for (const [name, state] of entry.attributes)
    if (unreadView(state, kinds.get(name)) === undefined) changes[name] = undefined;
  return Object.assign(changes, attributes);
};

const deleted = (uuid: Uuid): ReplicaError =>
  new ReplicaError("entry_deleted", `entry ${uuid} was deleted; its uuid is free again once its tombstone is purged`);

const expectLive = (uuid: Uuid, state: EntryState | undefined, options: WriteOptions): LiveEntry => {
  if (state === undefined) throw new ReplicaError("entry_not_found", `there is no entry ${uuid}`);
  if (state.kind === "tombstone") throw deleted(uuid);
  expectVersion(uuid, state, options);
  return state;
};

const expectVersion = (uuid: Uuid, existing: LiveEntry | undefined, { ifVersion }: WriteOptions): void => {
  if (ifVersion === undefined) return;
  const version = existing && entryVersion(existing);
  if (version === ifVersion) return;
  const found = version ? `is at version ${version}` : "does not exist";
  throw new ReplicaError("version_mismatch", `entry ${uuid} ${found}, not at ${ifVersion}: read it again`);
};
