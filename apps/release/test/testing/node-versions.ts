import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export interface NodeVersion {
  readonly name: string;
  /** The folder of its `node`. */
  readonly directory: string;
}

const installed = (major: number): NodeVersion[] => {
  const platform = `${process.platform}-${process.arch}`;
  const directory = fileURLToPath(
    new URL(`../../node-versions/node_modules/node-${major}-${platform}/bin`, import.meta.url),
  );
  return existsSync(directory) ? [{ name: `Node ${major}`, directory }] : [];
};

/** The Node.js that runs the tests, and those that npm has binaries of for this platform. */
export const NODE_VERSIONS: readonly NodeVersion[] = [
  { name: `Node ${process.versions.node.split(".")[0]}`, directory: dirname(process.execPath) },
  ...installed(22),
  ...installed(24),
];
