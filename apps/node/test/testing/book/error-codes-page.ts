import { readFile } from "node:fs/promises";
import { linkedCode } from "./linked-code.js";

/** Where a package says what its codes mean: a union of them, each below its comment. */
const SOURCES = [
  ["Commands", "apps/node", "command-error.ts", "CommandErrorCode"],
  ["`server.toml`", "packages/config", "config-issue.ts", "ConfigIssueCode"],
  ["The replica", "packages/replica", "replica-error.ts", "ReplicaErrorCode"],
  ["The store", "packages/storage", "storage-error.ts", "StorageErrorCode"],
  ["A connection", "packages/protocol", "protocol-error.ts", "ProtocolErrorCode"],
  ["Identities", "packages/identity", "identity-error.ts", "IdentityErrorCode"],
] as const;

const ROOT = new URL("../../../../../", import.meta.url);

interface ErrorCode {
  readonly code: string;
  readonly meaning: string;
}

const codesOf = async (folder: string, file: string, type: string): Promise<ErrorCode[]> => {
  const source = await readFile(new URL(`${folder}/src/${file}`, ROOT), "utf8");
  // Comments have semicolons too: the one that ends it stands behind a code.
  const [, union = ""] = new RegExp(`^export type ${type} =([^]*?\\| "\\w+");`, "m").exec(source) ?? [];
  const inUnion = [...union.matchAll(/(?:\/\*\* ([^*]*) \*\/\s*)?\| "(\w+)"/g)];
  return inUnion.map(([, comment, code = ""]) => ({
    code,
    meaning: comment ?? new RegExp(`^ \\* - \`${code}\`: (.*)$`, "m").exec(source)?.[1] ?? "",
  }));
};

/** `docs/error-codes.md`: the stable codes of the commands' and the libraries' errors, out of their sources. */
export const errorCodesPage = async (): Promise<string> => {
  const sections = await Promise.all(
    SOURCES.map(async ([title, folder, file, type]) => {
      const codes = await codesOf(folder, file, type);
      if (codes.length === 0 || codes.some(({ meaning }) => meaning === ""))
        throw new Error(`${file}: a code without a comment`);
      const rows = codes.map(({ code, meaning }) => `| ${linkedCode(code)} | ${meaning} |`);
      return [
        `## ${title}`,
        "",
        `\`${type}\` of [@concordat/${folder.replace(/.*\//, "")}](../${folder}/README.md)`,
        "",
        "| code | means |",
        "|---|---|",
        ...rows,
        "",
      ];
    }),
  );
  return `${[
    "# Error codes",
    "",
    "Made from the sources by `pnpm generate`; a test fails while it is out of date. Programs branch on `code`, never on the message, which",
    "says what to do. What HTTP answers is in [HTTP API](http-api.md), and a command that relays it has its code; states of partners and what",
    "`doctor` says of them in [operations](operations.md); exit codes of the command line in [commands](commands.md).",
    "",
    ...sections.flat(),
  ]
    .join("\n")
    .trimEnd()}\n`;
};
