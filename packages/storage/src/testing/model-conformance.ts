import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeyRange, Operation, PageLimits, Snapshot, Store } from "../store.js";
import { rowTexts, texts } from "./sample-bytes.js";
import { SortedArrayModel } from "./sorted-array-model.js";
import type { Subject } from "./storage-fixture.js";

/** Whole histories of commits, snapshots and reads, compared with a model at every step. */
export const describeModel = (subject: Subject): void => {
  describe("model", () => {
    it("behaves as a sorted array does", { timeout: 120_000 }, async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const { storage } = subject();
          const name = `model-${run++}`;
          const store = await storage.openStore(name);
          const history = new History(store);
          for (const next of steps) await history.take(next);
          await store.close();
          await storage.drop(name);
        }),
        { numRuns: 60 },
      );
    });
  });
};

/** Few bytes, so that keys collide, begin one another and straddle the sign bit. */
const key = fc.uint8Array({ minLength: 1, maxLength: 4 }).map((raw) => raw.map((byte) => KEY_BYTES[byte % 5] ?? 0));
const KEY_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff];
const bound = fc.oneof(fc.constant(new Uint8Array(0)), key);
const value = fc.uint8Array({ maxLength: 20 });

const operation: fc.Arbitrary<Operation> = fc.record({ key, value: fc.option(value, { nil: undefined }) });
const range: fc.Arbitrary<KeyRange> = fc.record({
  from: bound,
  to: fc.option(bound, { nil: undefined }),
  reverse: fc.boolean(),
});
const limits: fc.Arbitrary<PageLimits> = fc.record({ rowsMax: fc.nat({ max: 12 }), bytesMax: fc.nat({ max: 120 }) });

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("commit" as const), operations: fc.array(operation, { maxLength: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("snapshot" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("get" as const), keys: fc.array(key, { maxLength: 8 }), which: fc.nat() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("scan" as const), range, limits, which: fc.nat() }) },
);

type Step = typeof step extends fc.Arbitrary<infer Taken> ? Taken : never;

/** A store and its model, with the snapshots that were taken of both. */
class History {
  readonly #model = new SortedArrayModel();
  readonly #moments: { readonly snapshot: Snapshot; readonly model: SortedArrayModel }[] = [];

  constructor(private readonly store: Store) {}

  async take(next: Step): Promise<void> {
    if (next.kind === "commit") return this.#commit(next.operations);
    if (next.kind === "snapshot") return this.#remember();
    if (next.kind === "get") return this.#compareKeys(next.keys, next.which);
    return this.#compareScan(next.range, next.limits, next.which);
  }

  async #commit(operations: readonly Operation[]): Promise<void> {
    await this.store.commit({ operations });
    this.#model.commit(operations);
  }

  async #remember(): Promise<void> {
    this.#moments.push({ snapshot: await this.store.snapshot(), model: this.#model.copy() });
  }

  async #compareKeys(keys: readonly Uint8Array[], which: number): Promise<void> {
    const { snapshot, model } = await this.#moment(which);
    expect(texts(await snapshot.getMany(keys))).toEqual(texts(keys.map((wanted) => model.get(wanted))));
    expect(texts(await this.store.getMany(keys))).toEqual(texts(keys.map((wanted) => this.#model.get(wanted))));
  }

  async #compareScan(wanted: KeyRange, allowed: PageLimits, which: number): Promise<void> {
    const { snapshot, model } = await this.#moment(which);
    const page = await snapshot.scan(wanted, allowed);
    const expected = model.scan(wanted, allowed);
    expect(rowTexts(page)).toEqual(rowTexts(expected));
    // `more` may err to the safe side only.
    if (expected.more) expect(page.more).toBe(true);
  }

  async #moment(which: number): Promise<{ readonly snapshot: Snapshot; readonly model: SortedArrayModel }> {
    if (this.#moments.length === 0) await this.#remember();
    const moment = this.#moments[which % this.#moments.length];
    if (moment === undefined) throw new Error("a moment was remembered just now");
    return moment;
  }
}
