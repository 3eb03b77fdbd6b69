import { measureMicro } from "./measure-micro.js";
import { MICRO_BENCHMARKS } from "./micro-benchmarks.js";
import { type MicroFigure, microTableOf } from "./micro-table.js";

export const MICRO_NAMES: readonly string[] = MICRO_BENCHMARKS.map(({ name }) => name);

/** As a table; all of them where there are no `names`. */
export const runMicro = (names: readonly string[]): string => {
  const chosen = names.length === 0 ? MICRO_BENCHMARKS : MICRO_BENCHMARKS.filter(({ name }) => names.includes(name));
  const figures = chosen.map((one): MicroFigure => {
    process.stderr.write(`${one.name}\n`);
    return { name: one.name, what: one.what, nanoseconds: measureMicro(one) };
  });
  return microTableOf(figures);
};
