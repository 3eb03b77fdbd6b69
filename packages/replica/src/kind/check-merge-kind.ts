import { type ServerUuid, sameBytes, type Value, type ValueBytes } from "@concordat/crdt";
import { DEFAULT_LIMITS, decodeValue, encodeValue } from "@concordat/protocol";
import type { DefinedKind } from "./merge-kind.js";

/** What has to hold of a merge kind, or replicas that hold the same show different things. */
export type MergeKindLaw =
  /** `join` joins any two values. */
  | "total"
  /** `join(a, b)` is `join(b, a)`. */
  | "commutative"
  /** `join(join(a, b), c)` is `join(a, join(b, c))`. */
  | "associative"
  /** `join(a, a)` is `a`. */
  | "idempotent"
  /** `join(empty, a)` is `a`. */
  | "neutral"
  /** `decode` gives back what `encode` was given. */
  | "decoded"
  /** One value is always encoded alike. */
  | "deterministic"
  /** Neither `join`, nor `encode`, nor `change`, nor `show` changes what it is given. */
  | "pure"
  /** What `encode` and `show` give are values, within the limits of one. */
  | "encoded";

/** A merge kind breaks a law. */
export class MergeKindLawError extends Error {
  override readonly name = "MergeKindLawError";

  constructor(
    readonly law: MergeKindLaw,
    message: string,
    /** The values that show it. */
    readonly counterexample: readonly unknown[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface CheckMergeKindOptions {
  /** What is drawn depends on it alone; 1 when left out. */
  readonly seed?: number;
  /** How many triples of values are tried; 1,000 when left out, or all that there are of samples, where those are fewer. */
  readonly rounds?: number;
  /** What might be written: tried over the values, where the kind has a `change` of its own. */
  readonly writes?: readonly Value[];
}

/**
 * Tries the laws of a merge kind on `samples`, or on values that a function draws: for tests of whoever defines one.
 *
 * @param samples values, of which those are the best that differ in every way that the kind tells apart; or what makes one out of
 * `random`, which gives numbers from 0 up to 1 that depend on the seed alone.
 * @throws MergeKindLawError naming the law, the values that break it, and the seed.
 */
export const checkMergeKind = <T>(
  kind: DefinedKind<T>,
  samples: readonly T[] | ((random: () => number) => T),
  { seed = 1, rounds = 1_000, writes = [] }: CheckMergeKindOptions = {},
): void => {
  const random = seeded(seed);
  const trial = new LawTrial(kind, seed);
  trial.value(kind.empty);
  for (const [a, b, c] of triplesOf(samples, rounds, random)) {
    trial.value(a);
    trial.joins(a, b, c);
    for (const written of writes) trial.write(a, written);
  }
};

class LawTrial<T> {
  readonly #kind: DefinedKind<T>;
  readonly #seed: number;

  constructor(kind: DefinedKind<T>, seed: number) {
    this.#kind = kind;
    this.#seed = seed;
  }

  /** What holds of one value. */
  value(a: T): void {
    const { empty, decode, show } = this.#kind;
    const bytes = this.#bytes(a, [a]);
    this.#expect("deterministic", this.#bytes(a, [a]), bytes, "encode(a) and encode(a) differ", [a]);
    const decoded = this.#run("decoded", () => decode(decodeValue(bytes)), "decode(encode(a))", [a]);
    this.#expect("decoded", this.#bytes(decoded, [a]), bytes, "decode(encode(a)) is not a", [a]);
    this.#run("encoded", () => encodeValue(show(a)), "show(a)", [a]);
    this.#expect("pure", this.#bytes(a, [a]), bytes, "encode or show changes what it is given", [a]);
    this.#expect("neutral", this.#bytes(this.#join(empty, a), [a]), bytes, "join(empty, a) is not a", [a]);
    this.#expect("idempotent", this.#bytes(this.#join(a, a), [a]), bytes, "join(a, a) is not a", [a]);
  }

  /** What holds of three, and of what two of them become. */
  joins(a: T, b: T, c: T): void {
    const [ab, ba] = [this.#join(a, b), this.#join(b, a)];
    const both = this.#bytes(ab, [a, b]);
    this.#expect("commutative", both, this.#bytes(ba, [a, b]), "join(a, b) is not join(b, a)", [a, b]);
    const [left, right] = [this.#join(ab, c), this.#join(a, this.#join(b, c))];
    const all = [a, b, c];
    const message = "join(join(a, b), c) is not join(a, join(b, c))";
    this.#expect("associative", this.#bytes(left, all), this.#bytes(right, all), message, all);
    this.#expect("idempotent", this.#bytes(this.#join(ab, a), [a, b]), both, "join(join(a, b), a) is not join(a, b)", [
      a,
      b,
    ]);
    this.value(ab);
  }

  /** What is written becomes one value, and leaves the one that it is written over as it was. A kind may refuse it. */
  write(a: T, written: Value): void {
    const before = this.#bytes(a, [a]);
    let changed: T;
    try {
      changed = this.#kind.change(a, written, SOME_CHANGE);
    } catch {
      return;
    }
    this.#expect("pure", this.#bytes(a, [a]), before, "change(a, written) changes a", [a, written]);
    this.value(this.#join(a, changed));
  }

  #join(a: T, b: T): T {
    const [left, right] = [this.#bytes(a, [a]), this.#bytes(b, [b])];
    const joined = this.#run("total", () => this.#kind.join(a, b), "join(a, b)", [a, b]);
    this.#expect("pure", this.#bytes(a, [a, b]), left, "join(a, b) changes a", [a, b]);
    this.#expect("pure", this.#bytes(b, [a, b]), right, "join(a, b) changes b", [a, b]);
    return joined;
  }

  #bytes(value: T, shown: readonly unknown[]): ValueBytes {
    const bytes = this.#run("encoded", () => encodeValue(this.#kind.encode(value)), "encode of a value", shown);
    if (bytes.length <= DEFAULT_LIMITS.entryBytesMax) return bytes;
    throw this.#error(
      "encoded",
      `encoded to ${bytes.length} bytes, an entry has ${DEFAULT_LIMITS.entryBytesMax}`,
      shown,
    );
  }

  #expect(
    law: MergeKindLaw,
    actual: ValueBytes,
    expected: ValueBytes,
    message: string,
    shown: readonly unknown[],
  ): void {
    if (sameBytes(actual, expected)) return;
    const [is, not] = [actual, expected].map((bytes) => textOf(decodeValue(bytes)));
    throw this.#error(law, `${message}: one is ${is}, the other ${not}`, shown);
  }

  #run<R>(law: MergeKindLaw, run: () => R, what: string, shown: readonly unknown[]): R {
    try {
      return run();
    } catch (cause) {
      throw this.#error(law, `${what} throws: ${cause instanceof Error ? cause.message : String(cause)}`, shown, cause);
    }
  }

  #error(law: MergeKindLaw, message: string, shown: readonly unknown[], cause?: unknown): MergeKindLawError {
    const values = shown.map((value, index) => `${"abc"[index]} = ${textOf(value)}`).join(", ");
    return new MergeKindLawError(
      law,
      `${this.#kind.name} is not ${law}: ${message}; ${values} (seed ${this.#seed})`,
      shown,
      cause === undefined ? {} : { cause },
    );
  }
}

/** All of a few samples, or as many as `rounds` drawn at random. */
function* triplesOf<T>(
  samples: readonly T[] | ((random: () => number) => T),
  rounds: number,
  random: () => number,
): Generator<readonly [T, T, T]> {
  if (typeof samples === "function") {
    for (let round = 0; round < rounds; round += 1) yield [samples(random), samples(random), samples(random)];
    return;
  }
  if (samples.length ** 3 <= rounds) {
    for (const a of samples) for (const b of samples) for (const c of samples) yield [a, b, c];
    return;
  }
  const some = (): T => samples[Math.floor(random() * samples.length)] as T;
  // Each of them is there once at least.
  for (const a of samples) yield [a, some(), some()];
  for (let round = samples.length; round < rounds; round += 1) yield [some(), some(), some()];
}

/** mulberry32. */
const seeded = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const SOME_CHANGE = { ts: 1, server: "00000000-0000-4000-8000-000000000000" as ServerUuid };

const TEXT_CHARACTERS_MAX = 200;

/** For people; a value in memory may be anything. */
const textOf = (value: unknown): string => {
  const text = JSON.stringify(value, plain) ?? String(value);
  return text.length <= TEXT_CHARACTERS_MAX ? text : `${text.slice(0, TEXT_CHARACTERS_MAX)}…`;
};

const plain = (_: string, value: unknown): unknown => {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return { $bytes: [...value] };
  if (value instanceof Map) return { $map: [...value] };
  return value instanceof Set ? { $set: [...value] } : value;
};
