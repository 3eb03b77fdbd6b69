import type { Config } from "@concordat/config";

/** What a valid file asks for and this version refuses to run with: one sentence each. Pure. */
export const unsupportedSettings = ({ storage }: Config): string[] =>
  storage.type === "postgres"
    ? ['[storage] type = "postgres" is not part of this version: write "lmdb", or "memory" for a trial']
    : [];
