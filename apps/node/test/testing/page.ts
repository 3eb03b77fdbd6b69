import type { Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { launchChromium } from "./chromium.js";
import type { TestNode } from "./node.js";
import { startUi } from "./ui.js";

/** `concordat ui` of a node, open in a browser until the end of the test. */
export const openPage = async (node: TestNode): Promise<Page> => {
  const [ui, browser] = await Promise.all([startUi(node, "--no-open"), launchChromium()]);
  onTestFinished(async () => {
    await browser.close();
    await ui.stop();
  });
  const page = await browser.newPage();
  await page.goto(ui.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
};

/** A partner as the page's table shows it. */
export interface ShownPartner {
  readonly state: string;
  readonly tone: string;
}

/** By origin. */
export const shownPartners = async (page: Page): Promise<Readonly<Record<string, ShownPartner>>> => {
  const rows = page.getByRole("region", { name: "Partners" }).locator("tbody tr");
  const shown = await rows.evaluateAll((found) =>
    found.map((row) => {
      const state = row.querySelector(".state");
      return {
        origin: row.querySelector("th")?.firstChild?.textContent ?? "",
        state: state?.textContent ?? "",
        tone: state?.className.replace("state ", "") ?? "",
      };
    }),
  );
  return Object.fromEntries(shown.map(({ origin, ...partner }) => [origin, partner]));
};
