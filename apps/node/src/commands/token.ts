import { parseDuration } from "@concordat/config";
import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import { formatTable } from "../terminal/table.js";
import {
  createToken,
  isExpired,
  isTokenName,
  isTokenScope,
  TOKEN_SCOPES,
  type TokenRecord,
  tokenSha256,
} from "../token/access-token.js";
import { TokenDirectory } from "../token/token-directory.js";
import { defineCommand } from "./command-context.js";

/** `concordat token create|list|revoke`: on the node's files, with the daemon running or stopped. */
export const addToken = (program: Command): void => {
  const token = program
    .command("token")
    .description("who may use the data API over TCP")
    .addHelpText("after", "\nExample:\n  concordat token create backup-job --scope read\n  concordat token list");
  addCreate(token);
  addList(token);
  addRevoke(token);
};

interface CreateOptions {
  readonly scope: string;
  readonly expires?: string;
}

const addCreate = (token: Command): void => {
  const command = token
    .command("create")
    .description("make a token and print it, once: only its hash is kept")
    .argument("<name>", "a-z, 0-9 and -")
    .requiredOption("--scope <scope>", "monitor (status and metrics), read (the data too), or write (and change it)")
    .option("--expires <duration>", "as in 90d; left out, it never does");
  const example = "concordat token create backup-job --scope read --expires 90d";
  defineCommand<CreateOptions>(command, example, async ({ terminal, loadConfig }, options, name = "") => {
    const { dbPath, bindAddress } = await loadConfig();
    const secret = createToken(name);
    const record = recordOf(name, secret, options, Date.now());
    if (!(await new TokenDirectory(dbPath).add(record))) throw taken(name);
    const { sha256: _, ...shown } = record;
    if (terminal.json) await terminal.print(JSON.stringify({ token: secret, ...shown }));
    else await terminal.print(secret);
    if (terminal.json) return EXIT_CODE.ok;
    terminal.say("keep it now: it is not shown again; requests send it as Authorization: Bearer TOKEN");
    if (bindAddress === undefined) terminal.say("the node serves no TCP address yet: set bindaddress, and restart it");
    return EXIT_CODE.ok;
  });
};

const recordOf = (name: string, secret: string, { scope, expires }: CreateOptions, nowMs: number): TokenRecord => {
  if (!isTokenName(name)) throw usage(`${JSON.stringify(name)} cannot name a token: use a-z, 0-9 and -, 63 at most`);
  if (!isTokenScope(scope)) throw usage(`--scope is one of ${TOKEN_SCOPES.join(", ")}`);
  const lifetime = expires === undefined ? undefined : parseDuration(expires);
  if (lifetime?.ok === false) throw usage(`--expires: ${lifetime.reason}`);
  return {
    name,
    scope,
    sha256: tokenSha256(secret),
    createdAt: new Date(nowMs).toISOString(),
    ...(lifetime && { expiresAt: new Date(nowMs + lifetime.ms).toISOString() }),
  };
};

const addList = (token: Command): void => {
  const command = token.command("list").description("print the tokens, one a line; never the secrets");
  defineCommand(command, "concordat token list", async ({ terminal, loadConfig }) => {
    const directory = new TokenDirectory((await loadConfig()).dbPath);
    const tokens = await Promise.all(
      (await directory.list()).map(async ({ sha256: _, ...record }) => {
        const lastUsedAt = await directory.lastUsedAt(record.name);
        return { ...record, ...(lastUsedAt !== undefined && { lastUsedAt }) };
      }),
    );
    const lines = terminal.json ? tokens.map((shown) => JSON.stringify(shown)) : listLines(tokens, Date.now());
    for (const line of lines) await terminal.print(line);
    if (tokens.length === 0) terminal.say("there are no tokens: concordat token create NAME --scope read");
    return EXIT_CODE.ok;
  });
};

type ShownToken = Omit<TokenRecord, "sha256"> & { readonly lastUsedAt?: string };

const listLines = (tokens: readonly ShownToken[], nowMs: number): string[] => {
  if (tokens.length === 0) return [];
  const rows = tokens.map((token) => [
    token.name,
    token.scope,
    token.createdAt,
    token.lastUsedAt ?? "never",
    isExpired(token, nowMs) ? `expired ${token.expiresAt}` : (token.expiresAt ?? "never"),
  ]);
  return formatTable([["NAME", "SCOPE", "CREATED", "LAST USED", "EXPIRES"], ...rows]);
};

const addRevoke = (token: Command): void => {
  const command = token
    .command("revoke")
    .description("refuse a token from now on; feeds that it opened end")
    .argument("<name>");
  defineCommand(command, "concordat token revoke backup-job", async ({ terminal, loadConfig }, _, name = "") => {
    const directory = new TokenDirectory((await loadConfig()).dbPath);
    if (!isTokenName(name) || !(await directory.remove(name))) {
      throw new CommandError(`there is no token ${name}`, { code: "token_not_found", remedy: "concordat token list" });
    }
    if (terminal.json) await terminal.print(JSON.stringify({ revoked: name }));
    else terminal.say(`revoked ${name}: the node refuses it within a second`);
    return EXIT_CODE.ok;
  });
};

const taken = (name: string): CommandError =>
  new CommandError(`there is a token ${name} already, and nothing was changed`, {
    code: "token_exists",
    remedy: `take another name, or first: concordat token revoke ${name}`,
  });

const usage = (message: string): CommandError =>
  new CommandError(message, { exitCode: EXIT_CODE.usage, code: "usage" });
