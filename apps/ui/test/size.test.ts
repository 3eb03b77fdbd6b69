import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const built = new URL("../dist/static/ui/", import.meta.url);

const files = readdirSync(built, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => ({ name, bytes: readFileSync(`${parentPath}/${name}`) }));

/** Somebody opens the page over a bad line, at night. */
const COMPRESSED_BYTES_MAX = 60_000;

it("is small: everything that the page loads, compressed", () => {
  const compressed = files.reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);
  expect(files.length).toBeGreaterThan(3);
  expect(compressed).toBeLessThan(COMPRESSED_BYTES_MAX);
});

it("names no other place: no font, script or picture from elsewhere", () => {
  for (const { name, bytes } of files) {
    const places = bytes.toString("utf8").match(/https?:\/\/[^\s"'`)]+/g) ?? [];
    // The names of XML vocabularies look like addresses, and are never asked for.
    expect([name, places.filter((place) => !place.startsWith("http://www.w3.org/"))]).toEqual([name, []]);
  }
});

it("has no inline script and no inline style, which the page's policy would not let run", () => {
  const page = files.find(({ name }) => name === "index.html")?.bytes.toString("utf8") ?? "";
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son\w+=/);
  expect(page).toContain('<script type="module"');
});
