import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";

const SCRIPT = fileURLToPath(new URL("../../../../scripts/chromium.mjs", import.meta.url));

const found = spawnSync(process.execPath, [SCRIPT], { encoding: "utf8" });

/** Whether there is a browser; on `CI=true` there has to be one. What is not run for want of one is said, with the reason. */
export const hasChromium = found.status === 0;
if (!hasChromium) {
  if (process.env.CI === "true") throw new Error(found.stderr.trim());
  process.stderr.write(`the page is not tested in a browser: ${found.stderr}`);
}

/** The machine's own Chromium. As root it runs without its sandbox, which does not work there; all it loads is our page. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: found.stdout.trim(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
