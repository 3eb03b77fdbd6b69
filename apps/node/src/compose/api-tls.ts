import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import type { ApiConfig } from "@concordat/config";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";
import type { KnownHost } from "../http/guard/web-page-guard.js";
import type { ServerTls } from "./http-server.js";

/** The certificate that the data API shows, and the names that are in it. */
export interface ApiTls extends ServerTls {
  readonly isNamed: KnownHost;
}

/** Reads the files of `[api]`; throws a `CommandError` for what is not a certificate and its key. */
export const readApiTls = async ({ tls }: ApiConfig): Promise<ApiTls | undefined> => {
  if (tls === undefined) return undefined;
  await refuseOpenKey(tls.keyFile);
  // One after the other: where both are missing, it is always the same that is named.
  const cert = await readPem(tls.certificateFile, "tls_cert");
  const key = await readPem(tls.keyFile, "tls_key");
  try {
    createSecureContext({ cert, key });
    return { cert, key, isNamed: namesOf(new X509Certificate(cert)) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unusable(`${tls.certificateFile} and ${tls.keyFile} are not a certificate and its key: ${reason}`, cause);
  }
};

const namesOf =
  (certificate: X509Certificate): KnownHost =>
  (host) =>
    (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;

/** A group may be meant to read it, as where one tool renews the keys of several services; everybody is not. */
const refuseOpenKey = async (path: string): Promise<void> => {
  const mode = await stat(path).then(
    (found) => found.mode,
    () => 0,
  );
  if ((mode & 0o007) === 0) return;
  throw new CommandError(`${path} holds a private key, and everybody may use it`, {
    exitCode: EXIT_CODE.denied,
    code: "key_file_permissions",
    remedy: `run: chmod o= ${path}`,
  });
};

const readPem = (path: string, name: string): Promise<string> =>
  readFile(path, "utf8").catch((cause: unknown) => {
    throw unusable(
      `cannot read ${path} (${codeOf(cause)})`,
      cause,
      `check ${name} of [api] in server.toml, and the file's rights`,
    );
  });

const unusable = (message: string, cause: unknown, remedy = "write PEM files that belong together"): CommandError =>
  new CommandError(message, { exitCode: EXIT_CODE.badConfiguration, code: "api_certificate", remedy, cause });
