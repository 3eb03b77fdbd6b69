import { lookup } from "node:dns/promises";
import { createServer } from "node:net";
import type { ReplicationConfig } from "@concordat/config";
import { formatAddress } from "../compose/socket-address.js";
import { codeOf } from "../describe-failure.js";
import { type Finding, finding } from "./finding.js";

/** Whether the node's own name leads anywhere. */
export const originFindings = async ({ origin }: ReplicationConfig): Promise<Finding[]> => {
  try {
    await lookup(origin.host);
    return [];
  } catch (error) {
    const message = `this node's own origin, ${origin.text}, does not resolve (${codeOf(error)})`;
    const remedy =
      "correct origin in server.toml, or give the name an address; after a change of origin partners have to name the new one";
    return [finding("origin-not-resolved", origin.text, message, { remedy })];
  }
};

/** Whether a daemon could listen where this node's should; for as long as none does. */
export const listenFindings = async ({ bindAddress }: ReplicationConfig): Promise<Finding[]> => {
  const code = await listenError(bindAddress);
  const address = formatAddress(bindAddress);
  const remedy = "choose another address ([replication] bindaddress in server.toml)";
  if (code === "EADDRINUSE") {
    return [
      finding("port-taken", address, `another program listens on ${address}`, {
        remedy: `stop it, or ${remedy}`,
        command: `ss -ltnp sport = :${bindAddress.port}`,
      }),
    ];
  }
  if (code === undefined) return [];
  return [finding("bind-unavailable", address, `nobody can listen on ${address} here (${code})`, { remedy })];
};

const listenError = (address: { readonly host: string; readonly port: number }): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(codeOf(error) ?? "unknown"));
    server.listen(address, () => server.close(() => resolve(undefined)));
  });
