import { type EntryState, isPlainEntry, newestChangeOfEntry, type Uuid } from "@concordat/crdt";
import { encodeEntry } from "@concordat/protocol";
import { constraintOperations } from "../constraint/constraint-rows.js";
import { hasIndex } from "../constraint/constraints.js";
import { IndexChanges } from "../constraint/index-changes.js";
import { ClaimChanges } from "../constraint/unique-index.js";
import { CommitBuilder } from "./commit-builder.js";
import { counterBaseOperations } from "./counter-base.js";
import type { Database } from "./database.js";
import { derivedOperations } from "./derived-rows.js";
import { entryKey } from "./key-space.js";
import { type StoredEntry, storedEntryOf } from "./rows.js";
import { partFor, stateOfRecord } from "./stored-state.js";

/** What is known of one uuid while a batch is built. */
interface Slot {
  readonly stored: (StoredEntry & { readonly kind: EntryState["kind"] }) | undefined;
  /** What `stored` says. */
  readonly before: EntryState | undefined;
  readonly state: EntryState | undefined;
  /** What this batch writes: `state` encoded, or nothing in place of what is stored. */
  readonly write: { readonly record: Uint8Array | undefined; readonly inPlace: boolean } | undefined;
  /** Whose merge it was read for, where `before` and `state` are the part of a plain entry that it looks at. */
  readonly partFor: EntryState | undefined;
}

/** From what is plain, or not there, no other rows follow. */
const isPlain = (state: EntryState | undefined): boolean => state === undefined || isPlainEntry(state);

const ABSENT: Slot = { stored: undefined, before: undefined, state: undefined, write: undefined, partFor: undefined };

/** A commit of entry states that are read before they are changed: local transactions, merges. */
export class WriteBatch {
  /** For rows, cursors and the clock. */
  readonly builder: CommitBuilder;
  /** Who claims unique values, as this batch leaves it; `undefined` where no attribute is unique. */
  readonly claims: ClaimChanges | undefined;
  readonly #slots = new Map<Uuid, Slot>();

  constructor(readonly database: Database) {
    this.builder = new CommitBuilder(database);
    const { constraints, createHash } = database.index;
    this.claims = constraints.unique.length === 0 ? undefined : new ClaimChanges(constraints.unique, createHash);
  }

  /** Reads what is stored of `uuids`, in one call. What is loaded already stays as it is. */
  async load(uuids: readonly Uuid[]): Promise<void> {
    await this.#load(uuids);
  }

  /** As `load`, for merges with `states`, for each of which `currentFor` is asked: of plain entries no more is read than they look at. */
  async loadFor(states: readonly EntryState[]): Promise<void> {
    const uuids = states.map(({ uuid }) => uuid);
    await this.#load(uuids, states);
  }

  /** The newest state of a loaded uuid, this batch's own writes included. */
  current(uuid: Uuid): EntryState | undefined {
    const slot = this.#slots.get(uuid);
    return slot?.partFor ? this.#completed(uuid, slot).state : slot?.state;
  }

  /** As `current`, or the part of it that a merge with `incoming` looks at; what is staged of a part stands for the whole. */
  currentFor(incoming: EntryState): EntryState | undefined {
    const slot = this.#slots.get(incoming.uuid);
    return slot?.partFor === incoming ? slot.state : this.current(incoming.uuid);
  }

  /** Whether anything is staged. */
  get writes(): boolean {
    return [...this.#slots.values()].some(({ write }) => write !== undefined);
  }

  /** Writes `state` under its uuid, which is loaded. `record` is its encoding, where the caller has it. */
  stage(state: EntryState, record: Uint8Array = this.encode(state)): void {
    this.#replace(state, { record, inPlace: false });
    this.builder.raiseClock(newestChangeOfEntry(state).ts);
  }

  /** The record of a state under a loaded uuid: what has not changed of it is taken over from the one that is stored. */
  encode(state: EntryState): Uint8Array {
    const { stored, before } = this.#slots.get(state.uuid) ?? ABSENT;
    const base = stored && before && { state: before, record: stored.record };
    return encodeEntry(state, this.database.table.indexOf, base);
  }

  /** Writes what a purge leaves of the entry of a loaded uuid, which nobody needs to be sent. */
  rewrite(state: EntryState): void {
    this.#replace(state, { record: this.encode(state), inPlace: true });
  }

  /** Takes the entry of a loaded uuid out of the database, without a trace. */
  remove(uuid: Uuid): void {
    const { stored, before, state: current } = this.#slots.get(uuid) ?? ABSENT;
    this.claims?.replace(uuid, current, undefined);
    const write = { record: undefined, inPlace: true };
    this.#slots.set(uuid, { stored, before, state: undefined, write, partFor: undefined });
  }

  /** Durable when it resolves. @returns how many entries were written, or taken out. */
  async commit(commitName: Uint8Array): Promise<number> {
    const { constraints } = this.database.index;
    const indexed = constraints.indexed.length === 0 ? undefined : new IndexChanges(this.database.index);
    let written = 0;
    for (const [uuid, { stored, before, state, write }] of this.#slots) {
      if (write === undefined) continue;
      if (state && write.record) {
        // Written out: an object made of parts of another costs more than all that is done with it.
        const entry = { uuid, kind: state.kind, record: write.record, stored };
        if (write.inPlace && stored) this.builder.rewriteEntry(entry, stored);
        else this.builder.putEntry(entry);
      } else if (stored) this.builder.removeEntry(uuid, stored);
      if (!isPlain(before) || !isPlain(state)) {
        this.builder.addOperations(derivedOperations(uuid, before, state));
        this.builder.addOperations(counterBaseOperations(this.database, uuid, before, state));
      }
      indexed?.replace(uuid, before, state);
      if (hasIndex(constraints)) this.builder.addOperations(constraintOperations(constraints, uuid, before, state));
      written += 1;
    }
    if (indexed) this.builder.addOperations(await indexed.operations(this.database.store));
    if (this.claims) {
      await this.claims.load(this.database.store);
      this.builder.addOperations(this.claims.operations());
    }
    await this.builder.commit(commitName);
    return written;
  }

  /** @param incoming what is to be merged with each of `uuids`. */
  async #load(uuids: readonly Uuid[], incoming?: readonly EntryState[]): Promise<void> {
    const missing = [...uuids.keys()].filter((index) => !this.#slots.has(uuids[index] as Uuid));
    if (missing.length === 0) return;
    const values = await this.database.store.getMany(missing.map((index) => entryKey(uuids[index] as Uuid)));
    for (const [at, index] of missing.entries()) {
      const uuid = uuids[index] as Uuid;
      // A read that comes late must not undo what was staged meanwhile.
      if (!this.#slots.has(uuid)) this.#slots.set(uuid, this.#slotOf(values[at], incoming?.[index]));
    }
  }

  #replace(state: EntryState, write: NonNullable<Slot["write"]>): void {
    const { stored, before, state: current, partFor } = this.#slots.get(state.uuid) ?? ABSENT;
    this.claims?.replace(state.uuid, current, state);
    this.#slots.set(state.uuid, { stored, before, state, write, partFor });
  }

  #slotOf(value: Uint8Array | undefined, incoming: EntryState | undefined): Slot {
    if (value === undefined) return ABSENT;
    const { sequence, record } = storedEntryOf(value);
    const part = incoming && partFor(this.database, record, incoming);
    const state = part ?? stateOfRecord(this.database, record);
    const stored = { sequence, record, kind: state.kind };
    return { stored, before: state, state, write: undefined, partFor: part && incoming };
  }

  /** The slot of a part, with all of the entry. */
  #completed(uuid: Uuid, { stored, write }: Slot): Slot {
    const before = stored && stateOfRecord(this.database, stored.record);
    const state = write?.record ? stateOfRecord(this.database, write.record) : before;
    const whole = { stored, before, state, write, partFor: undefined };
    this.#slots.set(uuid, whole);
    return whole;
  }
}
