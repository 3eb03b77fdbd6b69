import { type Config, isLoopbackHost } from "@concordat/config";
import { formatAddress } from "../compose/socket-address.js";
import { type Finding, finding } from "./finding.js";

/** What a valid file asks for and hardly anybody wants. Pure. */
export const configFindings = (config: Config): Finding[] => {
  const { logLevel, storage, replication } = config;
  const found: Finding[] = [];
  if (logLevel === "trace" || logLevel === "debug") {
    const remedy = 'set log_level = "info", and reload';
    found.push(
      finding("log-level-verbose", "log_level", `log_level is ${logLevel}`, { remedy, command: "concordat reload" }),
    );
  }
  if (storage.type === "memory")
    found.push(
      finding("storage-memory", "storage", 'the storage is "memory"', {
        remedy: 'set type = "lmdb" in [storage], and restart',
      }),
    );
  if (replication === undefined) return found;

  const { origin, bindAddress, partners } = replication;
  if (partners.length === 0)
    found.push(
      finding("no-partners", "replication", "[replication] names no partner", {
        remedy: 'add a table [replication."repl://host:port"] for each, as docs/quick-start.md shows',
      }),
    );
  if (bindAddress.port !== 0 && bindAddress.port !== origin.port) {
    const message = `the origin is ${origin.text}, and the node listens on ${formatAddress(bindAddress)}`;
    found.push(
      finding("origin-elsewhere", origin.text, message, {
        remedy: "make the ports of origin and bindaddress one, unless something forwards",
      }),
    );
  }
  if (isLoopbackHost(bindAddress.host) && !isLoopbackHost(origin.host)) {
    const message = `the node listens on ${formatAddress(bindAddress)}, and partners know it as ${origin.text}`;
    found.push(
      finding("bind-loopback", formatAddress(bindAddress), message, {
        remedy: `set bindaddress = "0.0.0.0:${bindAddress.port}" in [replication], or an address of this machine, and restart`,
      }),
    );
  }
  return found;
};
