import { pathToFileURL } from "node:url";
import type { SimulationOptions, SimulationOutcome } from "../simulate.js";

/** What a worker is told: one seed at a time. */
export interface Job {
  readonly seed: number;
  readonly steps: number;
  readonly nodes: number | undefined;
  /** A module whose `scenario` has options of its own: a schema, a workload, checks. */
  readonly scenario: string | undefined;
}

/** What a worker answers. */
export type JobResult =
  | { readonly kind: "outcome"; readonly outcome: JobOutcome }
  /** The process of the worker could not go on. */
  | { readonly kind: "broken"; readonly seed: number; readonly message: string };

/** An outcome without the schedule, which its seed gives again. */
export type JobOutcome = SimulationOutcome & { readonly elapsedMs: number };

export const optionsOf = async ({ seed, steps, nodes, scenario }: Job): Promise<SimulationOptions> => ({
  ...(scenario === undefined ? {} : await loadScenario(scenario)),
  seed,
  steps,
  ...(nodes === undefined ? {} : { nodes }),
});

const loadScenario = async (path: string): Promise<Partial<SimulationOptions>> => {
  const module = (await import(pathToFileURL(path).href)) as { readonly scenario?: Partial<SimulationOptions> };
  if (typeof module.scenario === "object") return module.scenario;
  throw new TypeError(`${path} exports no object that is named scenario`);
};
