import { acknowledgementLine } from "./acknowledgement.js";
import { addressesOverlap, type BindAddress, parseBindAddress } from "./bind-address.js";
import type { LogLevel } from "./config.js";
import { ConfigError } from "./config-error.js";
import { formatHostPort } from "./host-port.js";
import { type Origin, parseOrigin } from "./origin.js";

export interface RenderConfigOptions {
  /** `repl://host:port`, where the other nodes will connect to; replication listens on its port. */
  readonly origin: string;
  /** The data API over TCP; left out, only the unix socket serves. */
  readonly bindAddress?: string;
  /** `./data` by default. */
  readonly dbPath?: string;
  /** `info` by default. */
  readonly logLevel?: LogLevel;
}

/**
 * The commented `server.toml` of a new node, which `parseConfig` accepts as it is. Replication binds to the loopback
 * address for an origin on it, to every address otherwise.
 *
 * @throws ConfigError `invalid_option` for an `origin` or `bindAddress` that is none, or that are in each other's way.
 */
export const renderConfig = (options: RenderConfigOptions): string => {
  const parsed = parseOrigin(options.origin);
  if (!parsed.ok) throw invalidOption("origin", options.origin, parsed.reason, "repl://host:port");
  const address = options.bindAddress === undefined ? undefined : parseBindAddress(options.bindAddress);
  if (address?.ok === false) throw invalidOption("bind address", options.bindAddress, address.reason, "host:port");
  const replicationAddress = bindAddressFor(parsed.origin);
  if (address?.ok && addressesOverlap(address.address, replicationAddress)) {
    throw invalidOption("bind address", options.bindAddress, "replication listens there", "another port");
  }
  const api =
    options.bindAddress === undefined
      ? '# bindaddress = "127.0.0.1:8443"'
      : setting("bindaddress", options.bindAddress);
  return `# server.toml

# The directory of the database; relative paths are relative to this file.
${setting("db_path", options.dbPath ?? "./data")}
# The data API over TCP, to whom brings a token (concordat token create). Left out, only the unix socket serves.
${api}
# trace, debug, info, warn, error or fatal.
${setting("log_level", options.logLevel ?? "info")}
# Refuse local writes; replication goes on.
# read_only = true

# Replication is a newly developed feature: take regular backups. Without this line [replication] is refused.
${acknowledgementLine}

[replication]
# The hostname and port of the server that other nodes will connect to.
${setting("origin", parsed.origin.text)}
# The bind address of the replication port.
${setting("bindaddress", formatHostPort(replicationAddress))}

# For every node to replicate with, its origin, and its certificate: what
# \`concordat show-replication-certificate\` prints there, the part in quotes.
#
# [replication."repl://origin_of_B:port"]
# type = "mutual-pull"
# partner_cert = "MII... <as output from B show-replication-certificate>"
# On the secondary only, never on the primary:
# automatic_refresh = true
`;
};

/** Partners dial the origin's host: an IPv6 one needs an IPv6 listener. */
const bindAddressFor = ({ host, port }: Origin): BindAddress => {
  if (host === "localhost" || host.startsWith("127.")) return { host: "127.0.0.1", port };
  if (host === "::1") return { host, port };
  return { host: host.includes(":") ? "::" : "0.0.0.0", port };
};

/** JSON's escapes are TOML's, but for DEL, which JSON leaves as it is. */
const setting = (key: string, value: string): string =>
  `${key} = ${JSON.stringify(value).replaceAll("\u007f", "\\u007f")}`;

const invalidOption = (what: string, value: string | undefined, reason: string, form: string): ConfigError =>
  new ConfigError("invalid_option", `${JSON.stringify(value)} is not a valid ${what}: ${reason}. Write ${form}.`);
