import { type HostPort, parseHostPort } from "./host-port.js";

/** Where a listener binds. `host` is an address or a name, an IPv6 address without brackets; port 0 lets the system choose. */
export type BindAddress = HostPort;

export type BindAddressResult =
  | { readonly ok: true; readonly address: BindAddress }
  | { readonly ok: false; readonly reason: string };

/** Parses `127.0.0.1:8443`, `[::1]:8443`, `localhost:8443`. */
export const parseBindAddress = (text: string): BindAddressResult => {
  const parsed = parseHostPort(text);
  return parsed.ok ? { ok: true, address: parsed.value } : parsed;
};

/** Whether two listeners would be in each other's way: same port, and same host or one of them every host. */
export const addressesOverlap = (one: BindAddress, other: BindAddress): boolean =>
  one.port !== 0 && one.port === other.port && (one.host === other.host || isEveryHost(one) || isEveryHost(other));

/** Whether `host` names this machine alone: such an address is reached by its own programs only. */
export const isLoopbackHost = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

const isEveryHost = ({ host }: BindAddress): boolean => host === "0.0.0.0" || host === "::";
