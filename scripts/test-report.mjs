import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What vitest wrote of a package's tests; nothing, when they were not run. */
export const reportOf = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined);

/** Every failed test with what it said, then the totals. */
export const summaryOf = (reports) => {
  const ran = reports.filter((report) => report !== undefined);
  const total = (count) => ran.reduce((sum, report) => sum + report[count], 0);
  const failures = ran.flatMap(({ testResults }) => testResults.flatMap(failuresOf));
  return [...failures, `${total("numPassedTests")} passed, ${total("numFailedTests")} failed`]
    .map((text) => `\n${text}\n`)
    .join("");
};

const failuresOf = ({ name, message, assertionResults }) => {
  const path = relative(root, name);
  const failed = assertionResults.filter(({ status }) => status === "failed");
  const tests = failed.map(
    ({ fullName, failureMessages }) => `FAILED ${path}: ${fullName}\n${failureMessages.map(ownLines).join("\n")}`,
  );
  // A file may fail on its own, without a test that does: it did not load, or a hook of it threw.
  return message ? [...tests, `FAILED ${path}\n${message}`] : tests;
};

/** Without the runner's own places. */
const ownLines = (text) =>
  text
    .split("\n")
    .filter((line) => !/^ {4}at .*node_modules/.test(line))
    .join("\n");
