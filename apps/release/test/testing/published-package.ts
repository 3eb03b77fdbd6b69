import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TARBALLS } from "./pack.js";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type?: string;
  readonly license?: string;
  readonly description?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package as npm would get it. */
export interface PublishedPackage {
  readonly name: string;
  readonly manifest: Manifest;
  readonly tarball: Buffer;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** All packages, packed. */
export const publishedPackages = (): PublishedPackage[] => tarballFiles().map(readPackage);

export const tarballFiles = (): string[] =>
  readdirSync(TARBALLS)
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => join(TARBALLS, name));

const readPackage = (file: string): PublishedPackage => {
  const tar = (...args: string[]): string => execFileSync("tar", args, { encoding: "utf8" });
  const manifest = JSON.parse(tar("-xzOf", file, "package/package.json")) as Manifest;
  const files = tar("-tzf", file)
    .split("\n")
    .filter(Boolean)
    .map((path) => path.replace(/^package\//, ""));
  return { name: manifest.name, manifest, tarball: readFileSync(file), files };
};
