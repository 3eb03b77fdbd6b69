import { formatHostPort, type HostPort, parseHostPort } from "./host-port.js";

/** The address that partners connect to, and know a node by. */
export interface Origin extends HostPort {
  /** `repl://host:port` in its normal form: two origins are one exactly if their texts are. */
  readonly text: string;
}

export type OriginResult =
  | { readonly ok: true; readonly origin: Origin }
  | { readonly ok: false; readonly reason: string; readonly suggestion?: string };

/** Parses `repl://host:port`; the host is a dns name, an IPv4 address or an IPv6 address in brackets. */
export const parseOrigin = (text: string): OriginResult => {
  const [, scheme, rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(.*)$/s.exec(text) ?? [];
  const address = rest.replace(/\/$/, "");
  const parsed = parseHostPort(address);
  if (scheme?.toLowerCase() !== "repl") {
    const reason = "an origin begins with repl://";
    return parsed.ok ? { ok: false, reason, suggestion: originText(parsed.value) } : { ok: false, reason };
  }
  if (/[/?#@]/.test(address)) return { ok: false, reason: "an origin is repl://host:port and nothing more" };
  if (!parsed.ok) return parsed;
  if (parsed.value.port === 0) return { ok: false, reason: "nobody can connect to port 0" };
  if (parsed.value.host === "0.0.0.0" || parsed.value.host === "::") {
    return { ok: false, reason: `nobody can connect to ${parsed.value.host}, it only means "listen everywhere"` };
  }
  return { ok: true, origin: { text: originText(parsed.value), ...parsed.value } };
};

const originText = (address: HostPort): string => `repl://${formatHostPort(address)}`;
