import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";

/** Why nobody can connect at `address`, which `key` of server.toml names, or an option such as `--port`. */
export const cannotListen = (address: string, key: string, cause: unknown): CommandError => {
  const code = codeOf(cause) ?? "";
  const [reason, remedy] = REASONS[code] ?? [cause instanceof Error ? cause.message : code, "choose another address"];
  return new CommandError(`cannot listen on ${address}: ${reason}`, {
    exitCode: code === "EACCES" ? EXIT_CODE.denied : EXIT_CODE.failed,
    code: "cannot_listen",
    remedy: `${remedy} (${key.startsWith("--") ? key : `${key} in server.toml`})`,
    cause,
  });
};

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: ["another program listens there", "stop it, or choose another address"],
  EADDRNOTAVAIL: ["this machine has no such address", "choose one that it has"],
  EACCES: ["this user may not listen there", "choose a port above 1023"],
  ENOTFOUND: ["the name does not resolve", "write an address of this machine"],
};
