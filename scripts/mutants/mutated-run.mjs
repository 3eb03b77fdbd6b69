import { fileURLToPath } from "node:url";
import { createVitest } from "vitest/node";

const root = new URL("../../", import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

/**
 * Runs one property of `suite` on the code as `mutant` changes it. The change is made while the module is loaded: no
 * file on disk is touched, so that the run may be interrupted at any time.
 *
 * @returns { kind: "killed" | "survived", why, tests }: the assertion that did not hold, the names of the suite's tests.
 * @throws Error when the mutant is stale: its text is not in the module exactly once, the suite never loads the module,
 * there is no such property, or the suite does not load at all.
 */
export const mutatedRun = async ({ suite, property, mutant, seed, env = {} }) => {
  const mutation = mutationOf(mutant);
  const vitest = await createVitest(
    "test",
    {
      root: path(packageOf(suite)),
      watch: false,
      config: false,
      reporters: [{}],
      testNamePattern: new RegExp(`(^| )${escaped(property)}$`),
      setupFiles: [path("scripts/mutants/first-failure.mjs")],
      env: { FC_SEED: String(seed), ...env },
      maxWorkers: 1,
    },
    { logLevel: "silent", plugins: [mutation.plugin], resolve: { alias: aliasesOf(suite, mutant) } },
  );
  try {
    await vitest.start([path(suite)]);
    const [module] = vitest.state.getTestModules();
    return outcomeOf([...(module?.children.allTests() ?? [])], property, mutation, vitest, module);
  } finally {
    await vitest.close();
  }
};

const outcomeOf = (tests, property, mutation, vitest, module) => {
  if (mutation.error) throw mutation.error;
  if (!mutation.isApplied) throw new Error("the suite does not load the file that is to be changed");
  const broken = [...(module?.errors() ?? []), ...(tests.length > 0 ? [] : vitest.state.getUnhandledErrors())];
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

/** Changes the one module as it is loaded. */
const mutationOf = ({ file, find, replace }) => {
  const mutation = { isApplied: false, error: undefined, plugin: undefined };
  const target = path(file);
  mutation.plugin = {
    name: "mutant",
    enforce: "pre",
    transform(code, id) {
      if (id.split("?")[0] !== target) return undefined;
      const count = code.split(find).length - 1;
      if (count === 1) mutation.isApplied = true;
      else mutation.error = new Error(`the text to be changed is ${count} times in ${file}, not once`);
      return { code: code.replace(find, () => replace), map: null };
    },
  };
  return mutation;
};

export const packageOf = (file) => file.split("/").slice(0, 2).join("/");

/** What the simulator runs on: of these, built code of one would bring built code of another with it. */
const SIMULATED = ["packages/crdt", "packages/protocol", "packages/storage", "packages/replica"];

/** Packages are tested against each other's built code: a mutant in another package takes the place of its sources. */
const aliasesOf = (suite, { file }) => {
  const changed = packageOf(file);
  if (changed === packageOf(suite)) return {};
  const sources = packageOf(suite) === "packages/simulator" ? SIMULATED : [changed];
  return Object.fromEntries(
    sources.map((source) => [source.replace(/^packages/, "@concordat"), path(`${source}/src/index.ts`)]),
  );
};

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
