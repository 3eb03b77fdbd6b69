import { isIPv6 } from "node:net";
import { ProtocolError } from "../protocol-error.js";
import { versionMismatch } from "./peer-refusal.js";

/** `host:port`, with brackets around an IPv6 address. */
export const hostPort = (host: string, port: number | undefined): string =>
  `${isIPv6(host) ? `[${host}]` : host}:${port ?? "?"}`;

/** Why no TCP connection came about. */
export const connectFailure = (error: unknown, host: string, port: number): ProtocolError => {
  const code = codeOf(error);
  if (syscallOf(error) === "getaddrinfo") {
    return new ProtocolError(
      "name_not_resolved",
      `the name ${host} does not resolve (${code}): check the host in the partner's origin, and this machine's name service`,
      { blame: "network", cause: error },
    );
  }
  return new ProtocolError(
    "connection_refused",
    `cannot reach ${hostPort(host, port)} (${code}): check that the partner runs, its bindaddress, and the firewalls between`,
    { blame: "network", cause: error },
  );
};

/** Why a handshake that had begun came to nothing. */
export const handshakeFailure = (error: unknown, peer: string): ProtocolError => {
  const code = codeOf(error);
  if (isCertificateAlert(code)) return certificateRefused(error, peer);
  if (code.startsWith("ERR_SSL_") || code === "EPROTO") return versionMismatch(versionClause(code, error, peer), error);
  return new ProtocolError(
    "connection_lost",
    `${peer} ended the connection in the middle of the TLS handshake (${code})`,
    { blame: "network", cause: error },
  );
};

/** Why an established connection broke. */
export const connectionFailure = (error: unknown, peer: string): ProtocolError => {
  const code = codeOf(error);
  if (isCertificateAlert(code)) return certificateRefused(error, peer);
  return new ProtocolError("connection_lost", `the connection to ${peer} broke (${code})`, {
    blame: "network",
    cause: error,
  });
};

export const handshakeTimeout = (peer: string, timeoutMs: number): ProtocolError =>
  new ProtocolError(
    "timeout",
    `${peer} did not finish the TLS handshake within ${timeoutMs} ms: check that it is a partner's replication port`,
    { blame: "peer", retryable: true },
  );

/** The alerts (RFC 8446, section 6.2) with which other implementations refuse a certificate. */
const isCertificateAlert = (code: string): boolean =>
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.test(code);

const certificateRefused = (error: unknown, peer: string): ProtocolError =>
  new ProtocolError(
    "certificate_refused",
    `${peer} does not accept this node's certificate (${reasonOf(error)}): pin the one that show-replication-certificate prints there`,
    { blame: "us", cause: error },
  );

const versionClause = (code: string, error: unknown, peer: string): string => {
  if (code.endsWith("NO_APPLICATION_PROTOCOL")) return `${peer} speaks another protocol or another version of it`;
  if (code === "ERR_SSL_HTTP_REQUEST") return `${peer} speaks plain HTTP`;
  return `${peer} does not speak TLS 1.3 with Ed25519 (${reasonOf(error)})`;
};

/** The code of the error, or of the first of several attempts. */
const codeOf = (error: unknown): string => String(propertyOf(error, "code") ?? "closed without an error");

const syscallOf = (error: unknown): unknown => propertyOf(error, "syscall");

const reasonOf = (error: unknown): string => String(propertyOf(error, "reason") ?? codeOf(error));

const propertyOf = (error: unknown, name: "code" | "syscall" | "reason"): unknown =>
  error instanceof Error ? (error as Error & Partial<Record<typeof name, unknown>>)[name] : undefined;
