import type { Uuid, Value } from "@concordat/crdt";
import {
  type AttributeChange,
  type AttributeChanges,
  type Attributes,
  type Committed,
  type Entry,
  mergeKindOf,
  type Replica,
  ReplicaError,
  type Transaction,
} from "@concordat/replica";
import type { Creation, Effect, History, RecordedChange, RecordedOperation } from "./history.js";
import { valueName } from "./value-name.js";

/** What a workload writes with: the replica itself, whose transactions are written down as their writer sees them. */
export interface RecordedWriter {
  transact<T>(work: (transaction: Transaction) => T | Promise<T>): Promise<Committed<T>>;
}

/** Writes down every change of `replica`, the node `node`, with what its writer had before it. */
export const recordingWriter = (replica: Replica, node: number, history: History): RecordedWriter => ({
  transact: async (work) => {
    let change: RecordedChange | undefined;
    const note = (status: RecordedChange["status"]): void => {
      // Where its process has ended in between, nobody was told.
      if (change === undefined || !history.pending.delete(change)) return;
      change.status = status;
      change.mayBeMissing = status !== "acknowledged";
      history.add(change);
    };
    try {
      const committed = await replica.transact(async (transaction) => {
        const recording = new RecordingTransaction(transaction, replica);
        const result = await work(recording);
        const { ts, server } = transaction.changeId;
        change = { ts, server, node, operations: recording.operations, status: "unknown", mayBeMissing: true };
        history.pending.add(change);
        return result;
      });
      if (committed.changeId) note("acknowledged");
      else if (change) history.pending.delete(change);
      return committed;
    } catch (error) {
      note(isRefusal(error) ? "refused" : "unknown");
      throw error;
    }
  },
});

const isRefusal = (error: unknown): boolean =>
  error instanceof ReplicaError || (error instanceof Error && "code" in error && error.code === "store_full");

class RecordingTransaction implements Transaction {
  readonly operations: RecordedOperation[] = [];

  constructor(
    private readonly inner: Transaction,
    private readonly replica: Replica,
  ) {}

  get changeId() {
    return this.inner.changeId;
  }

  get(uuid: Uuid): Promise<Entry | undefined> {
    return this.inner.get(uuid);
  }

  lookup(uuid: Uuid) {
    return this.inner.lookup(uuid);
  }

  async create(attributes: Attributes, options?: { readonly uuid?: Uuid }): Promise<Uuid> {
    const uuid = await this.inner.create(attributes, options);
    this.#noteCreation(uuid, attributes);
    return uuid;
  }

  async put(uuid: Uuid, attributes: Attributes, options?: { readonly ifVersion?: string }) {
    const before = await this.inner.get(uuid);
    const outcome = await this.inner.put(uuid, attributes, options);
    if (before === undefined) this.#noteCreation(uuid, attributes);
    else {
      const gone = Object.keys(before.attributes).filter((name) => !Object.hasOwn(attributes, name));
      this.#noteChanges(before, attributes, true);
      this.#noteChanges(before, Object.fromEntries(gone.map((name) => [name, undefined])), true);
      for (const name of before.hidden) this.#note(creationOf(before), name, { kind: "untold" });
    }
    return outcome;
  }

  async modify(uuid: Uuid, changes: AttributeChanges, options?: { readonly ifVersion?: string }): Promise<void> {
    const before = await this.inner.get(uuid);
    await this.inner.modify(uuid, changes, options);
    if (before) this.#noteChanges(before, changes, false);
  }

  async delete(uuid: Uuid, options?: { readonly ifVersion?: string }): Promise<void> {
    const before = await this.inner.get(uuid);
    await this.inner.delete(uuid, options);
    if (before) this.operations.push({ kind: "delete", creation: creationOf(before) });
  }

  #noteCreation(uuid: Uuid, attributes: Attributes): void {
    const creation = { uuid, ...this.inner.changeId };
    this.operations.push({ kind: "create", creation });
    for (const [name, value] of Object.entries(attributes))
      this.#note(creation, name, this.#effectOf(undefined, name, value, true));
  }

  #noteChanges(before: Entry, changes: AttributeChanges, isReplacement: boolean): void {
    const creation = creationOf(before);
    for (const [name, change] of Object.entries(changes)) {
      const isHidden = before.hidden.includes(name);
      const effect = isHidden ? UNTOLD : this.#effectOf(before.attributes[name], name, change, isReplacement);
      this.#note(creation, name, effect);
    }
  }

  #note(creation: Creation, attribute: string, effect: Effect | undefined): void {
    if (effect) this.operations.push({ kind: "attribute", creation, attribute, effect });
  }

  /** What `change` does to an attribute that shows `shown`; `undefined` when nothing. */
  #effectOf(
    shown: Value | undefined,
    name: string,
    change: AttributeChange,
    isReplacement: boolean,
  ): Effect | undefined {
    switch (mergeKindOf(this.replica.schema, name)) {
      case "register": {
        const value = change as Value | undefined;
        return valueName(shown) === valueName(value)
          ? { kind: "register", value, isSame: true }
          : { kind: "register", value };
      }
      case "set":
        return setEffect(elementsOf(shown), change, isReplacement);
      case "map":
        return mapEffect(keysOf(shown), change, isReplacement);
      case "counter":
        return counterEffect(shown, change);
      default:
        // What a user's kind makes of a write is the kind's to know.
        return UNTOLD;
    }
  }
}

const UNTOLD: Effect = { kind: "untold" };

const creationOf = ({ uuid, conflictOf, createdAt }: Entry): Creation => ({
  uuid: conflictOf ?? uuid,
  ...createdAt,
});

const elementsOf = (shown: Value | undefined): readonly Value[] => (Array.isArray(shown) ? shown : []);

const keysOf = (shown: Value | undefined): Readonly<Record<string, Value>> =>
  typeof shown === "object" && !Array.isArray(shown) && !(shown instanceof Uint8Array)
    ? (shown as Readonly<Record<string, Value>>)
    : {};

const setEffect = (before: readonly Value[], change: AttributeChange, isReplacement: boolean): Effect => {
  const had = new Set(before.map(valueName));
  const isEdit = !isReplacement && typeof change === "object" && !Array.isArray(change);
  const { add = [], remove = [] } = (isEdit ? change : { add: change ?? [] }) as {
    readonly add?: readonly Value[];
    readonly remove?: readonly Value[];
  };
  const adding = new Set(add.map(valueName));
  const gone = isEdit ? remove : before;
  const present = add.filter((element) => !had.has(valueName(element)));
  const absent = gone.filter((element) => had.has(valueName(element)) && !adding.has(valueName(element)));
  return { kind: "set", present, absent };
};

const mapEffect = (
  before: Readonly<Record<string, Value>>,
  change: AttributeChange,
  isReplacement: boolean,
): Effect => {
  const isEdit =
    !isReplacement &&
    typeof change === "object" &&
    Object.keys(change).length > 0 &&
    Object.keys(change).every((key) => key === "set" || key === "remove");
  const { set = {}, remove = [] } = (isEdit ? change : { set: change ?? {} }) as {
    readonly set?: Readonly<Record<string, Value>>;
    readonly remove?: readonly string[];
  };
  const gone = isEdit ? remove : Object.keys(before);
  const changed = Object.entries(set).filter(
    ([key, value]) => !Object.hasOwn(before, key) || valueName(before[key]) !== valueName(value),
  );
  return {
    kind: "map",
    values: Object.fromEntries(changed),
    removed: gone.filter((key) => Object.hasOwn(before, key) && !Object.hasOwn(set, key)),
  };
};

const counterEffect = (shown: Value | undefined, change: AttributeChange): Effect => {
  const before = typeof shown === "number" ? shown : 0;
  if (change === undefined) return { kind: "counter", amount: -before };
  if (typeof change === "number") return { kind: "counter", amount: change - before };
  return { kind: "counter", amount: (change as { readonly increment: number }).increment };
};
