import { type FuzzTarget, INPUT_BYTES_MAX, Violation } from "./fuzz-target.js";
import { Random } from "./random.js";

export interface FuzzOptions {
  readonly seed: number;
  readonly cases: number;
  /** The first case; to repeat one alone, its number with `cases: 1`. */
  readonly first?: number;
  readonly onProgress?: (done: number) => void;
}

export interface FuzzFigures {
  readonly name: string;
  cases: number;
  accepted: number;
  slowestMs: number;
  totalMs: number;
}

/** One case may take so much of a processor; what took longer by the clock is run again, since the machine may have been busy with others. */
const CASE_MS_MAX = 500;
/** The whole process may take so much memory while it reads inputs of 128 KiB at the most. */
export const RESIDENT_BYTES_MAX = 768 * 2 ** 20;
const MEMORY_EVERY_CASES = 256;
const PROTOTYPES: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Map.prototype,
];

/** Runs `cases` cases, each of one target. Throws for the first that breaks a rule, with what repeats it. */
export const runFuzz = async (
  targets: readonly FuzzTarget[],
  { seed, cases, first = 0, onProgress }: FuzzOptions,
): Promise<FuzzFigures[]> => {
  const figures = targets.map(({ name }) => ({ name, cases: 0, accepted: 0, slowestMs: 0, totalMs: 0 }));
  const slots = targets.flatMap(({ share }, index) => new Array<number>(share).fill(index));
  const untouched = prototypeNames();
  for (let index = first; index < first + cases; index += 1) {
    const slot = slots[Random.ofCase(seed, index).below(slots.length)] as number;
    const target = targets[slot] as FuzzTarget;
    const figure = figures[slot] as FuzzFigures;
    try {
      const { accepted, tookMs } = await runCase(target, seed, index);
      figure.cases += 1;
      figure.accepted += accepted ? 1 : 0;
      figure.totalMs += tookMs;
      figure.slowestMs = Math.max(figure.slowestMs, tookMs);
      if (prototypeNames() !== untouched) throw new Violation("a prototype that everybody has was changed");
      if (index % MEMORY_EVERY_CASES === 0) checkMemory();
    } catch (error) {
      throw new Error(
        `${target.name}, case ${index} of seed ${seed}: ${String(error)}; again with ${replay(seed, index)}`,
        {
          cause: error,
        },
      );
    }
    if ((index + 1) % 100_000 === 0) onProgress?.(index + 1 - first);
  }
  return figures;
};

const replay = (seed: number, index: number): string => `npm run fuzz -- --seed ${seed} --first ${index} --cases 1`;

const runCase = async (target: FuzzTarget, seed: number, index: number) => {
  const { accepted, tookMs } = await runOnce(target, seed, index);
  if (tookMs <= CASE_MS_MAX) return { accepted, tookMs };
  const before = process.cpuUsage();
  await runOnce(target, seed, index);
  const { user, system } = process.cpuUsage(before);
  const usedMs = (user + system) / 1_000;
  if (usedMs > CASE_MS_MAX) throw new Violation(`took ${Math.round(usedMs)} ms of a processor`);
  return { accepted, tookMs: usedMs };
};

const runOnce = async (target: FuzzTarget, seed: number, index: number) => {
  const random = Random.ofCase(seed, index);
  // What chose the target.
  random.below(1);
  const input = plain(target.input(random).slice(0, INPUT_BYTES_MAX));
  const startedAtMs = performance.now();
  const reading = readInput(target, input, random);
  // Most targets answer at once: a turn of the event loop for each would cost more than they do.
  const accepted = typeof reading === "boolean" ? reading : await reading;
  return { accepted, tookMs: performance.now() - startedAtMs };
};

/** Readers are not to see whether bytes came in a Buffer. */
const plain = (input: Uint8Array | string): Uint8Array | string =>
  typeof input === "string" ? input : new Uint8Array(input);

const readInput = (target: FuzzTarget, input: Uint8Array | string, random: Random): boolean | Promise<boolean> => {
  try {
    const reading = target.read(input, random);
    return typeof reading === "boolean" ? reading : reading.catch((error: unknown) => refused(target, error));
  } catch (error) {
    return refused(target, error);
  }
};

const refused = (target: FuzzTarget, error: unknown): false => {
  if (target.isRefusal(error)) return false;
  throw error instanceof Error ? error : new Violation(`threw ${String(error)}`);
};

const prototypeNames = (): number => PROTOTYPES.reduce((sum, prototype) => sum + Reflect.ownKeys(prototype).length, 0);

const checkMemory = (): void => {
  const resident = process.memoryUsage.rss();
  if (resident > RESIDENT_BYTES_MAX) throw new Violation(`the process takes ${resident >> 20} MiB`);
};
