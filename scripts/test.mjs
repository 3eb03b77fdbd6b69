import { readdirSync, rmSync } from "node:fs";
import { findOrInstallChromium } from "./chromium.mjs";
import { pnpm, pnpmBoth } from "./pnpm.mjs";
import { reportOf, summaryOf } from "./test-report.mjs";

const root = new URL("..", import.meta.url);
const REPORT = "node_modules/.cache/test-report.json";

const packages = ["packages", "apps", "examples"].flatMap((folder) =>
  readdirSync(new URL(folder, root)).map((name) => new URL(`${folder}/${name}/`, root)),
);
const reports = packages.map((directory) => new URL(REPORT, directory));
for (const report of reports) rmSync(report, { force: true });

const chromium = findOrInstallChromium();
// Whichever step ends this, the last lines say which tests failed: they are what is kept of a long output.
process.on("exit", () => {
  if (!chromium.path)
    process.stdout.write(`\nNot run: the page of concordat ui in a browser (no Chromium: ${chromium.reason})\n`);
  process.stdout.write(summaryOf(reports.map(reportOf)));
});

if (chromium.path) process.env.CONCORDAT_CHROMIUM = chromium.path;
else if (process.env.CI === "true") {
  process.stderr.write(`no Chromium for the tests of the page: ${chromium.reason}\n`);
  process.exit(1);
}

pnpm("install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn");
pnpm("exec", "turbo", "run", "build", "--output-logs=errors-only");
pnpm("run", "lint");
pnpm("exec", "turbo", "run", "check", "--output-logs=errors-only");
// What was built above is not built again. The tests of the daemon take as long as all others together, and mostly wait.
const turbo = ["exec", "turbo", "run", "test", "--only", "--force", "--output-logs=new-only", "--log-order=grouped"];
const reporters = ["--", "--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
await pnpmBoth(
  [...turbo, "--filter=!@concordat/node", "--concurrency=2", ...reporters],
  [...turbo, "--filter=@concordat/node", ...reporters],
);
pnpm("run", "mutants");
pnpm(
  ...["--filter", "@concordat/simulator", "exec", "node", "dist/cli.js"],
  ...["--seeds", "2000", "--each-fault", "400"],
);
// Alone, and last: what runs beside it would be measured as well.
pnpm("--filter", "@concordat/bench", "run", "check-speed");
