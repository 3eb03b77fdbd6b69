import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { crdt } from "./mutants/crdt.mjs";
import { aliasesOf, openMutatedSuite, packageOf } from "./mutants/mutated-suite.mjs";
import { replica } from "./mutants/replica.mjs";
import { simulator } from "./mutants/simulator.mjs";

/**
 * Shows of every property that it can fail: each is run on code in which one thing is wrong, and has to go red.
 *
 *     npm run mutants                 all of them
 *     npm run mutants -- purge        those whose suite, property or name has the word
 *     npm run mutants -- --why        with the assertion that did not hold
 *     npm run mutants -- --stale      none of them, only whether each finds its place in the code
 *     FC_SEED=7 npm run mutants       with other random histories
 *
 * A list entry is `{ suite, property, mutants }`: the file of the test, the name of the test, and of each mutant what is
 * wrong in plain words, the `file`, the text to `find`, which must be there exactly once, and what to `replace` it with.
 * Exits with 1 where a mutant survives or is stale, or where a property has none.
 */
const lists = [...crdt, ...replica, ...simulator];
const seed = Number(process.env.FC_SEED ?? 1);
const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const isWhyAsked = process.argv.includes("--why");
const isStaleAsked = process.argv.includes("--stale");

const say = (line) => process.stdout.write(`${line}\n`);
const problems = [];
const testsOf = new Map();

const isAsked = ({ suite, property, mutant }) =>
  words.every((word) => `${suite} ${property} ${mutant.name}`.includes(word));

const mutantRuns = lists
  .flatMap(({ mutants, ...where }) => mutants.map((mutant) => ({ ...where, mutant })))
  .filter(isAsked);

/** Told at once, and not after a minute of others. */
const root = new URL("..", import.meta.url);
const places = ({ file, find }) => readFileSync(new URL(file, root), "utf8").split(find).length - 1;
const stale = mutantRuns.filter(({ mutant }) => places(mutant) !== 1);
for (const { mutant } of stale)
  say(`stale, its text is ${places(mutant)} times in ${mutant.file}, not once: ${mutant.name}`);
if (isStaleAsked || stale.length > 0) process.exit(stale.length === 0 ? 0 : 1);

/** A mutant in another package takes the place of built code: that alone must change nothing. */
const controlRuns = lists.flatMap(({ suite, property, mutants }) => {
  const foreign = mutants.find(({ file }) => packageOf(file) !== packageOf(suite));
  if (!foreign || !mutantRuns.some(({ mutant }) => mutant === foreign)) return [];
  const mutant = {
    ...foreign,
    name: `nothing, with ${packageOf(foreign.file)} from its sources`,
    replace: foreign.find,
  };
  return [{ suite, property, mutant, isControl: true }];
});

const run = async ({ suite, property, mutant, isControl = false }, mutatedSuite) => {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`.padStart(7);
  const problem = (what) => problems.push(`${suite}\n  "${property}"\n  ${what}: ${mutant.name} (${mutant.file})`);
  try {
    const { kind, why, tests } = await mutatedSuite.run(property, mutant);
    testsOf.set(suite, tests);
    say(`${(isControl ? "control" : kind).padEnd(9)}${seconds()}  ${mutant.name}`);
    if (isWhyAsked && why) say(`${" ".repeat(18)}${why}`);
    if (isControl && kind === "killed") problem(`fails with nothing wrong, ${why}`);
    if (!isControl && kind === "survived") problem("lets pass");
  } catch (error) {
    say(`broken   ${seconds()}  ${mutant.name}`);
    problem(`cannot be run, ${error.message}`);
  }
};

const startedAt = performance.now();

/** Runs that one start of a suite can serve, one after the other. */
const groups = new Map();
for (const run of [...controlRuns, ...mutantRuns]) {
  const start = { suite: run.suite, aliases: aliasesOf(run.suite, run.mutant), env: run.env, seed };
  const key = JSON.stringify(start);
  if (!groups.has(key)) groups.set(key, { start, waiting: [], isTaken: false });
  groups.get(key).waiting.push(run);
}
const longestFirst = [...groups.values()].sort((a, b) => b.waiting.length - a.waiting.length);

/** One that nobody has started yet; after those, one where more is left than is worth a start. */
const nextGroup = () =>
  longestFirst.find(({ isTaken }) => !isTaken) ?? longestFirst.find(({ waiting }) => waiting.length > 1);

const work = async () => {
  for (let group = nextGroup(); group; group = nextGroup()) {
    group.isTaken = true;
    const mutatedSuite = await openMutatedSuite(group.start);
    for (let next = group.waiting.shift(); next; next = group.waiting.shift()) await run(next, mutatedSuite);
    await mutatedSuite.close();
  }
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));

for (const [suite, tests] of words.length > 0 ? [] : testsOf) {
  for (const name of suite.endsWith(".property.test.ts") ? new Set(tests) : []) {
    const isListed = lists.some((one) => one.suite === suite && one.property === name);
    if (!isListed) problems.push(`${suite}\n  "${name}"\n  has no mutant: nothing shows that it can fail`);
  }
}

const seconds = Math.round((performance.now() - startedAt) / 1_000);
const verdict = problems.length === 0 ? "all killed" : `${problems.length} problems`;
if (problems.length > 0) say(`\n${problems.join("\n\n")}\n`);
say(`${mutantRuns.length} mutants in ${seconds} s, seed ${seed}: ${verdict}`);
process.exitCode = problems.length === 0 && mutantRuns.length > 0 ? 0 : 1;
