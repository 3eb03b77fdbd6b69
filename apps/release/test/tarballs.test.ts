import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, it } from "vitest";
import { publishedPackages } from "./testing/published-package.js";

const packages = publishedPackages();

it("packs every package that is not private", () => {
  expect(packages.map(({ name }) => name).sort()).toEqual(
    expect.arrayContaining(["@concordat/crdt", "@concordat/node"]),
  );
  expect(packages.length).toBeGreaterThan(7);
});

describe.each(packages)("$name", ({ manifest, files, tarball }) => {
  it("says what it is, and needs what it says", () => {
    expect(manifest).toMatchObject({
      license: "MIT",
      type: "module",
      engines: { node: ">=20.19" },
      description: expect.stringMatching(/\.$/),
    });
    expect(Object.keys(manifest.exports ?? manifest.bin ?? {})).not.toEqual([]);
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      // What users install is what was tested: no ranges, and nothing of the workspace.
      expect([name, range]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    }
  });

  it("holds its licence, its README and what was built, and no tests", () => {
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    expect(files.filter((path) => /\.test\.|^test\/|^src\/|tsconfig|\.turbo/.test(path))).toEqual([]);
  });

  it("is clean to publint", async () => {
    const { messages } = await publint({ pack: { tarball: arrayBuffer(tarball) }, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it("has types that are right for ES modules", async () => {
    if (manifest.exports === undefined) return expect(files.filter((path) => path.endsWith(".d.ts"))).toEqual([]);
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    expect(analysis.types).not.toBe(false);
    // The packages are ES modules only: what a CommonJS resolver of old finds is not for them.
    const problems = ("problems" in analysis ? analysis.problems : []).filter(
      (problem) => !("resolutionKind" in problem && /^node10$|^node16-cjs$/.test(problem.resolutionKind)),
    );
    expect(problems).toEqual([]);
  });
});

const arrayBuffer = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;
