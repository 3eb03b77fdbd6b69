import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The browser that the page of `concordat ui` is tested in.
 *
 *     node scripts/chromium.mjs             prints where it is, or says why there is none and exits with 1
 *     node scripts/chromium.mjs --install   installs Debian's before, where this user may: as root, or with CI=true by sudo
 *
 * `CONCORDAT_CHROMIUM` names one that is somewhere else.
 */
const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The path of one that starts, or `undefined`. */
export const findChromium = () => {
  const { CONCORDAT_CHROMIUM: named } = process.env;
  return (named ? [named] : NAMES).map(pathOf).find(starts);
};

/** Of a command, as the shell would find it. */
const pathOf = (name) => spawnSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).stdout?.trim();

const starts = (path) => Boolean(path) && spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0;

/** @returns `{ path }`, or `{ reason }` why there is none. */
const lookForChromium = () => {
  const path = findChromium();
  if (path !== undefined) return { path };
  const { CONCORDAT_CHROMIUM: named } = process.env;
  return { reason: named ? `${named} does not start` : "there is none" };
};

/** Finds one, or installs it. @returns `{ path }`, or `{ reason }` why there is none. */
export const findOrInstallChromium = () => {
  const found = lookForChromium();
  if (found.path || process.env.CONCORDAT_CHROMIUM) return found;
  const rights = rightsToInstall();
  if (rights === undefined)
    return { reason: "there is none, and this user may not install one: apt-get install chromium" };
  for (const args of [
    ["update", "-q"],
    ["install", "-y", "-q", "--no-install-recommends", "chromium"],
  ]) {
    const [command, ...words] = [...rights, "apt-get", ...args];
    const { status, stderr } = spawnSync(command, words, { encoding: "utf8", env: QUIETLY });
    if (status !== 0) return { reason: `apt-get ${args[0]} failed: ${lastLine(stderr)}` };
  }
  const path = findChromium();
  return path === undefined ? { reason: "the installed one does not start" } : { path };
};

/** What to write before `apt-get`; `undefined` where there is none, or nobody who may. */
const rightsToInstall = () => {
  if (spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0) return undefined;
  if (process.getuid?.() === 0) return [];
  const maySudo = process.env.CI === "true" && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
  return maySudo ? ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"] : undefined;
};

const QUIETLY = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };

const lastLine = (text = "") => text.trim().split("\n").at(-1);

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const outcome = process.argv.includes("--install") ? findOrInstallChromium() : lookForChromium();
  if (outcome.path) process.stdout.write(`${outcome.path}\n`);
  else process.stderr.write(`no Chromium: ${outcome.reason}\n`);
  process.exitCode = outcome.path ? 0 : 1;
}
