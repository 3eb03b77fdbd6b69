import { resolve } from "node:path";
import { type BindAddress, isLoopbackHost } from "./bind-address.js";
import type { ApiConfig } from "./config.js";
import type { IssueLog } from "./issue-log.js";
import { readPath } from "./path-setting.js";
import type { TableReader } from "./table-reader.js";

/** `[api]`; its paths are relative to `directory`. Where it is written, it has both. */
export const readApi = (table: TableReader | undefined, directory: string, log: IssueLog): ApiConfig => {
  if (table === undefined) return { tls: undefined };
  table.rejectUnknownKeys("api");
  const certificate = readPath(table, "tls_cert", log);
  const key = readPath(table, "tls_key", log);
  table.reportMissing("tls_cert", 'add tls_cert = "fullchain.pem", the certificate of tls_key');
  table.reportMissing("tls_key", 'add tls_key = "privkey.pem", the key of tls_cert');
  if (certificate === undefined || key === undefined) return { tls: undefined };
  return { tls: { certificateFile: resolve(directory, certificate), keyFile: resolve(directory, key) } };
};

/** Tokens in the clear are for this machine alone. */
export const checkApiTls = (
  root: TableReader,
  { bindAddress, api }: { readonly bindAddress: BindAddress | undefined; readonly api: ApiConfig },
  log: IssueLog,
): void => {
  const place = root.any("bindaddress")?.place;
  if (place === undefined || bindAddress === undefined || isLoopbackHost(bindAddress.host)) return;
  if (api.tls !== undefined || root.has("api")) return;
  log.report(place, "tls_required", `${bindAddress.host} is no loopback address, and the data API has no certificate`, {
    help: `add [api] with tls_cert and tls_key, or write 127.0.0.1:${bindAddress.port} to serve this machine alone`,
  });
};
