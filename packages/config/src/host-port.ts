/** A host and a port. IPv6 addresses are without brackets, in their canonical short form; names are in lower case. */
export interface HostPort {
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}

export type HostPortResult =
  | { readonly ok: true; readonly value: HostPort }
  | { readonly ok: false; readonly reason: string };

/** Parses `name:port`, `1.2.3.4:port` or `[IPv6]:port`. Names may hold "_", as containers' names do. */
export const parseHostPort = (text: string): HostPortResult => {
  if (/^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$/i.test(text))
    return { ok: false, reason: "an IPv6 address stands in brackets" };
  const [, hostText = "", portText] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const host = normaliseHost(hostText);
  if (host === undefined) {
    const reason = hostText === "" ? "the host is missing" : `${JSON.stringify(hostText)} is not a host`;
    return { ok: false, reason };
  }
  if (portText === undefined || portText === "") return { ok: false, reason: "the port is missing" };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (!(port <= 65535)) return { ok: false, reason: `${JSON.stringify(portText)} is not a port` };
  return { ok: true, value: { host, port } };
};

/** `host:port`, an IPv6 address in brackets. */
export const formatHostPort = ({ host, port }: HostPort): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;

const normaliseHost = (text: string): string | undefined => {
  if (text.startsWith("[")) return canonicalIpv6(text);
  const host = text.toLowerCase().replace(/\.$/, "");
  const labels = host.split(".");
  const isNumeric = /^\d+$/.test(labels.at(-1) ?? "");
  if (isNumeric) return isIpv4(labels) ? host : undefined;
  return host.length <= 253 && labels.every(isLabel) ? host : undefined;
};

const isIpv4 = (labels: readonly string[]): boolean =>
  labels.length === 4 && labels.every((label) => /^(0|[1-9]\d{0,2})$/.test(label) && Number(label) <= 255);

const isLabel = (label: string): boolean => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label);

/** The URL standard's parser knows all forms of an IPv6 address and writes the short one. */
const canonicalIpv6 = (bracketed: string): string | undefined => {
  if (!/^\[[0-9a-f:.]+\]$/i.test(bracketed)) return undefined;
  const url = `http://${bracketed}/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
};
