import { fileURLToPath } from "node:url";
import { createVitest } from "vitest/node";

const root = new URL("../../", import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

/**
 * A suite that is run again and again, each time on the code as another mutant changes it: what does not change is read and
 * compiled once. The change is made while the module is loaded: no file on disk is touched, so that the run may be
 * interrupted at any time.
 */
export const openMutatedSuite = async ({ suite, aliases, seed, env = {} }) => {
  const change = moduleChange();
  const vitest = await createVitest(
    "test",
    {
      root: path(packageOf(suite)),
      watch: false,
      config: false,
      reporters: [{}],
      setupFiles: [path("scripts/mutants/first-failure.mjs")],
      env: { FC_SEED: String(seed), ...env },
      maxWorkers: 1,
      testTimeout: 120_000,
    },
    { logLevel: "silent", plugins: [change.plugin], resolve: { alias: aliases } },
  );
  return {
    /**
     * @returns { kind: "killed" | "survived", why, tests }: the assertion that did not hold, the names of the suite's tests.
     * @throws Error when the mutant is stale: its text is not in the module exactly once, the suite never loads the module,
     * there is no such property, or the suite does not load at all.
     */
    run: async (property, mutant) => {
      for (const file of change.begin(mutant)) vitest.invalidateFile(file);
      vitest.setGlobalTestNamePattern(new RegExp(`(^| )${escaped(property)}$`));
      const specifications = await vitest.globTestSpecifications([path(suite)]);
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
      const [module] = testModules;
      const tests = [...(module?.children.allTests() ?? [])];
      const broken = [...(module?.errors() ?? []), ...(tests.length > 0 ? [] : unhandledErrors)];
      return outcomeOf(tests, property, change, broken);
    },
    close: () => vitest.close(),
  };
};

const outcomeOf = (tests, property, change, broken) => {
  if (change.error) throw change.error;
  if (!change.isApplied) throw new Error("the suite does not load the file that is to be changed");
  if (broken.length > 0) throw new Error(`the suite does not load: ${broken[0].message}`);
  const ran = tests.filter(({ name }) => name === property).map((test) => test.result());
  if (ran.length === 0) throw new Error(`the suite has no property "${property}"`);
  const failure = ran.find(({ state }) => state === "failed");
  const names = tests.map(({ name }) => name);
  return failure
    ? { kind: "killed", why: causeOf(failure.errors[0]), tests: names }
    : { kind: "survived", why: "", tests: names };
};

/** The assertion that did not hold; fast-check wraps it. */
const causeOf = (error) => (error?.cause ?? error)?.message.split("\n")[0] ?? "";

/** Changes one module as it is loaded; `begin` says which from now on, and returns the files that have to be loaded anew. */
const moduleChange = () => {
  let mutant;
  let target;
  const change = {
    isApplied: false,
    error: undefined,
    begin: (next) => {
      const stale = target;
      mutant = next;
      target = path(next.file);
      change.isApplied = false;
      change.error = undefined;
      return stale === undefined ? [] : [stale, target];
    },
    plugin: {
      name: "mutant",
      enforce: "pre",
      transform(code, id) {
        if (id.split("?")[0] !== target) return undefined;
        const { file, find, replace } = mutant;
        const count = code.split(find).length - 1;
        if (count === 1) change.isApplied = true;
        else change.error = new Error(`the text to be changed is ${count} times in ${file}, not once`);
        return { code: code.replace(find, () => replace), map: null };
      },
    },
  };
  return change;
};

export const packageOf = (file) => file.split("/").slice(0, 2).join("/");

/** What the simulator runs on: of these, built code of one would bring built code of another with it. */
const SIMULATED = ["packages/crdt", "packages/protocol", "packages/storage", "packages/replica"];

/** Packages are tested against each other's built code: a mutant in another package takes the place of its sources. */
export const aliasesOf = (suite, { file }) => {
  const changed = packageOf(file);
  if (changed === packageOf(suite)) return {};
  const sources = packageOf(suite) === "packages/simulator" ? SIMULATED : [changed];
  return Object.fromEntries(
    sources.map((source) => [source.replace(/^packages/, "@concordat"), path(`${source}/src/index.ts`)]),
  );
};

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
