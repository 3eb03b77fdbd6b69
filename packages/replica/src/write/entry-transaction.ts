import {
  type AttributeState,
  type ChangeId,
  type EntryState,
  type LiveEntry,
  randomUuid,
  type Uuid,
} from "@concordat/crdt";
import { encodeEntry, type ProtocolLimits } from "@concordat/protocol";
import type { WriteBatch } from "../database/write-batch.js";
import type { AttributeChange, AttributeChanges, Attributes, Entry, Lookup } from "../entry.js";
import type { Random } from "../ports/random.js";
import { entryVersion } from "../read/entry-version.js";
import { entryView, lookupView } from "../read/entry-view.js";
import type { CreateOptions, Transaction, WriteOptions } from "../replica.js";
import { ReplicaError } from "../replica-error.js";
import { mergeKindOf, type Schema } from "../schema.js";
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

  constructor(context: TransactionContext) {
    this.#context = context;
    this.changeId = context.changeId;
  }

  get wrote(): boolean {
    return this.#written.size > 0;
  }

  async get(uuid: Uuid): Promise<Entry | undefined> {
    const state = await this.#state(uuid);
    return state?.kind === "live" ? entryView(state) : undefined;
  }

  async lookup(uuid: Uuid): Promise<Lookup> {
    return lookupView(await this.#state(uuid));
  }

  async create(attributes: Attributes, options: CreateOptions = {}): Promise<Uuid> {
    const uuid = options.uuid ?? randomUuid(this.#context.random.bytes(16));
    const existing = await this.#state(uuid);
    if (existing?.kind === "live") throw new ReplicaError("entry_exists", `entry ${uuid} exists already`);
    if (existing?.kind === "tombstone") throw deleted(uuid);
    this.#write(this.#changed(this.#blank(uuid), attributes));
    return uuid;
  }

  async put(uuid: Uuid, attributes: Attributes, options: WriteOptions = {}): Promise<"created" | "replaced"> {
    const existing = await this.#state(uuid);
    if (existing?.kind === "tombstone") throw deleted(uuid);
    expectVersion(uuid, existing, options);
    const removals: Record<string, AttributeChange> = Object.create(null);
    for (const name of existing?.attributes.keys() ?? []) removals[name] = undefined;
    this.#write(this.#changed(existing ?? this.#blank(uuid), Object.assign(removals, attributes)));
    return existing ? "replaced" : "created";
  }

  async modify(uuid: Uuid, changes: AttributeChanges, options: WriteOptions = {}): Promise<void> {
    const existing = await this.#existing(uuid, options);
    const changed = this.#changed(existing, changes);
    if (changed !== existing) this.#write(changed);
  }

  async delete(uuid: Uuid, options: WriteOptions = {}): Promise<void> {
    const { createdAt, conflictOf } = await this.#existing(uuid, options);
    this.#write({ kind: "tombstone", uuid, createdAt, conflictOf, deletedAt: this.changeId });
  }

  /** Hands the writes to the batch. @throws ReplicaError `entry_too_large`; then nothing was handed over. */
  stage(): void {
    const { batch, limits } = this.#context;
    const encoded = [...this.#written.values()].map((state) => ({
      state,
      record: encodeEntry(state, batch.database.table.indexOf),
    }));
    const large = encoded.find(({ record }) => record.length > limits.entryBytesMax);
    if (large) {
      throw new ReplicaError(
        "entry_too_large",
        `entry ${large.state.uuid} would take ${large.record.length} bytes, the limit is ${limits.entryBytesMax}: split it`,
      );
    }
    for (const { state, record } of encoded) batch.stage(state, record);
  }

  async #state(uuid: Uuid): Promise<EntryState | undefined> {
    const own = this.#written.get(uuid);
    if (own) return own;
    await this.#context.batch.load([uuid]);
    return this.#context.batch.current(uuid);
  }

  async #existing(uuid: Uuid, options: WriteOptions): Promise<LiveEntry> {
    const existing = await this.#state(uuid);
    if (existing === undefined) throw new ReplicaError("entry_not_found", `there is no entry ${uuid}`);
    if (existing.kind === "tombstone") throw deleted(uuid);
    expectVersion(uuid, existing, options);
    return existing;
  }

  #blank(uuid: Uuid): LiveEntry {
    return { kind: "live", uuid, createdAt: this.changeId, conflictOf: undefined, attributes: new Map() };
  }

  /** `entry` itself when no change changes anything. */
  #changed(entry: LiveEntry, changes: AttributeChanges): LiveEntry {
    let attributes: Map<string, AttributeState> | undefined;
    for (const [name, change] of Object.entries(changes)) {
      this.#checkName(name);
      const before = entry.attributes.get(name);
      const after = writeAttribute(name, before, change, mergeKindOf(this.#context.schema, name), this.changeId);
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

  #write(state: EntryState): void {
    this.#written.set(state.uuid, state);
  }
}

const deleted = (uuid: Uuid): ReplicaError =>
  new ReplicaError("entry_deleted", `entry ${uuid} was deleted; its uuid is free again once its tombstone is purged`);

const expectVersion = (uuid: Uuid, existing: LiveEntry | undefined, { ifVersion }: WriteOptions): void => {
  if (ifVersion === undefined) return;
  const version = existing && entryVersion(existing);
  if (version === ifVersion) return;
  const found = version ? `is at version ${version}` : "does not exist";
  throw new ReplicaError("version_mismatch", `entry ${uuid} ${found}, not at ${ifVersion}: read it again`);
};
