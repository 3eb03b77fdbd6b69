import { IdentityError } from "./identity-error.js";

/** What a certificate can name: a DNS name in lower case, or an address in its canonical text with its 4 or 16 octets. */
export type Host =
  | { readonly kind: "dns"; readonly text: string }
  | { readonly kind: "address"; readonly text: string; readonly octets: Uint8Array };

/**
 * The host of `repl://host:port`, or of the host alone. International names become their ASCII form, IPv6 addresses
 * (in brackets or, alone, without) that of RFC 5952; the port is not looked at. Throws `origin_invalid`.
 */
export const parseHost = (origin: string): Host => {
  const text = /^repl:\/\/(\[[^\]]*\]|[^:]+)(?::\d{1,5})?\/?$/i.exec(origin)?.[1] ?? origin;
  const host = text.includes(":") ? parseAddress6(text) : parseNameOrAddress4(text);
  if (host === undefined) {
    throw new IdentityError(
      "origin_invalid",
      `${JSON.stringify(origin)} is not an origin: write repl://host:port, where host is a DNS name, an IPv4 address, or an IPv6 address in brackets and without a zone`,
    );
  }
  return host;
};

/** The canonical text of an address of 4 or 16 octets; undefined for any other length. */
export const formatAddress = (octets: Uint8Array): string | undefined => {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, group) =>
    (((octets[2 * group] ?? 0) << 8) | (octets[2 * group + 1] ?? 0)).toString(16),
  );
  return canonicalHostname(`[${groups.join(":")}]`)?.slice(1, -1);
};

const parseAddress6 = (host: string): Host | undefined => {
  const address = /^(?:\[([0-9a-f:.]+)\]|([0-9a-f:.]+))$/i.exec(host);
  const text = canonicalHostname(`[${address?.[1] ?? address?.[2] ?? ""}]`)?.slice(1, -1);
  return text === undefined ? undefined : { kind: "address", text, octets: address6Octets(text) };
};

const parseNameOrAddress4 = (host: string): Host | undefined => {
  if (/[\s/\\?#@%[\]]/.test(host)) return undefined;
  const text = canonicalHostname(host)?.replace(/\.$/, "");
  if (text === undefined) return undefined;
  if (!/^[0-9.]+$/.test(text)) return isDnsName(text) ? { kind: "dns", text } : undefined;
  // The URL standard also takes "1" and "127.1" for addresses; nobody means that.
  return text === host ? { kind: "address", text, octets: Uint8Array.from(text.split("."), Number) } : undefined;
};

/** `host` as the URL standard writes it. */
const canonicalHostname = (host: string): string | undefined =>
  URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : undefined;

/** Letters, digits, hyphens and (as container networks have them) underscores; RFC 1123, section 2.1. */
const isDnsName = (name: string): boolean =>
  name.length <= 253 && name.split(".").every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label));

/** The octets of an address in canonical text: hexadecimal groups, at most one "::". */
const address6Octets = (text: string): Uint8Array => {
  const [before = [], after = []] = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
};
