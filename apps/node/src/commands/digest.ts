import type { ContentDigest } from "@concordat/replica";
import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { formatCount, formatEntries } from "../terminal/quantity.js";
import { defineCommand } from "./command-context.js";

/** `concordat digest` */
export const addDigest = (program: Command): void => {
  const command = program
    .command("digest")
    .description("count the entries and print the digest of all content: equal on nodes that hold the same");
  defineCommand(command, "concordat digest -c server.toml", async ({ terminal, withDaemon }) => {
    const digest = await withDaemon((daemon) =>
      daemon.json<ContentDigest>({ method: "GET", path: "/v1/admin/digest" }),
    );
    const { liveEntries, tombstones, sha256 } = digest;
    const line = `${formatEntries(liveEntries)}, ${formatCount(tombstones)} tombstones, sha256 ${sha256}`;
    await terminal.print(terminal.json ? JSON.stringify(digest) : line);
    return EXIT_CODE.ok;
  });
};
