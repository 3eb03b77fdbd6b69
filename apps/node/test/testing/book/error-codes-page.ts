import { readFile } from "node:fs/promises";

/** Where a package says what its codes mean: a union of them, each below its comment. */
const SOURCES = [
  ["`server.toml`", "config", "config-issue.ts", "ConfigIssueCode"],
  ["The replica", "replica", "replica-error.ts", "ReplicaErrorCode"],
  ["The store", "storage", "storage-error.ts", "StorageErrorCode"],
  ["A connection", "protocol", "protocol-error.ts", "ProtocolErrorCode"],
  ["Identities", "identity", "identity-error.ts", "IdentityErrorCode"],
] as const;

interface ErrorCode {
  readonly code: string;
  readonly meaning: string;
}

const codesOf = async (name: string, file: string, type: string): Promise<ErrorCode[]> => {
  const source = await readFile(new URL(`../../../../../packages/${name}/src/${file}`, import.meta.url), "utf8");
  const union = source.slice(source.indexOf(`export type ${type} =`)).split(";")[0] ?? "";
  const inUnion = [...union.matchAll(/(?:\/\*\* ([^*]*) \*\/\s*)?\| "(\w+)"/g)];
  return inUnion.map(([, comment, code = ""]) => ({
    code,
    meaning: comment ?? new RegExp(`^ \\* - \`${code}\`: (.*)$`, "m").exec(source)?.[1] ?? "",
  }));
};

/** `docs/error-codes.md`: the stable codes of the libraries' errors, out of their sources. */
export const errorCodesPage = async (): Promise<string> => {
  const sections = await Promise.all(
    SOURCES.map(async ([title, name, file, type]) => {
      const codes = await codesOf(name, file, type);
      if (codes.length === 0 || codes.some(({ meaning }) => meaning === ""))
        throw new Error(`${file}: a code without a comment`);
      const rows = codes.map(({ code, meaning }) => `| \`${code}\` | ${meaning} |`);
      return [
        `## ${title}`,
        "",
        `\`${type}\` of [@concordat/${name}](../packages/${name}/README.md)`,
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
    "says what to do. What HTTP answers is in [HTTP API](http-api.md); states of partners and what `doctor` says of them in",
    "[operations](operations.md); exit codes of the command line in [commands](commands.md).",
    "",
    ...sections.flat(),
  ]
    .join("\n")
    .trimEnd()}\n`;
};
