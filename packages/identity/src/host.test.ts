import { isIPv6 } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { codeOf } from "../test/fixture.js";
import { formatAddress, parseHost } from "./host.js";

test.each([
  ["repl://localhost:8444", "localhost"],
  ["REPL://Node-A.Example.COM:8444/", "node-a.example.com"],
  ["repl://node_a:8444", "node_a"],
  ["repl://example.com.:8444", "example.com"],
  ["repl://bücher.example:8444", "xn--bcher-kva.example"],
  ["example.com", "example.com"],
])("%s is for the name %s", (origin, text) => {
  expect(parseHost(origin)).toEqual({ kind: "dns", text });
});

test.each([
  ["repl://127.0.0.1:8444", "127.0.0.1", "7f000001"],
  ["10.0.0.255", "10.0.0.255", "0a0000ff"],
  ["repl://[::1]:8444", "::1", "00000000000000000000000000000001"],
  ["repl://[2001:DB8:0:0:1::1]:8444", "2001:db8::1:0:0:1", "20010db8000000000001000000000001"],
  ["[::]", "::", "00000000000000000000000000000000"],
  ["fe80::1", "fe80::1", "fe800000000000000000000000000001"],
  ["::ffff:1.2.3.4", "::ffff:102:304", "00000000000000000000ffff01020304"],
])("%s is for the address %s", (origin, text, hex) => {
  expect(parseHost(origin)).toEqual({ kind: "address", text, octets: Uint8Array.from(Buffer.from(hex, "hex")) });
});

test.each([
  "",
  "repl://",
  "repl://:8444",
  "localhost:8444",
  "http://localhost:8444",
  "repl://localhost:8444/path",
  "repl://user@localhost:8444",
  "repl://localhost:port",
  "repl://a b:8444",
  "repl://a..b:8444",
  "repl://-a:8444",
  "repl://*.example.com:8444",
  "repl://a%2eb:8444",
  "repl://127.1:8444",
  "repl://1:8444",
  "repl://0x7f.0.0.1:8444",
  "repl://256.0.0.1:8444",
  "repl://[::1",
  "repl://[fe80::1%25eth0]:8444",
  "repl://[1:2:3]:8444",
  `repl://${"a".repeat(64)}:8444`,
  `repl://${"a.".repeat(127)}a:8444`,
])("%j is not an origin, and the error says what is", (origin) => {
  expect(codeOf(() => parseHost(origin))).toBe("origin_invalid");
  expect(() => parseHost(origin)).toThrow(/repl:\/\/host:port/);
});

test("an address of 4 or 16 octets survives its text", () => {
  const octets = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );
  fc.assert(
    fc.property(octets, (address) => {
      const text = formatAddress(address) ?? "";
      expect(isIPv6(text)).toBe(address.length === 16);
      expect(parseHost(text)).toEqual({ kind: "address", text, octets: address });
    }),
  );
  expect(formatAddress(new Uint8Array(5))).toBeUndefined();
});

test("any text is a host or an origin_invalid", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.ipV6(), fc.domain()), (text) => {
      expect([undefined, "origin_invalid"]).toContain(codeOf(() => parseHost(`repl://${text}:1`)));
      expect([undefined, "origin_invalid"]).toContain(codeOf(() => parseHost(text)));
    }),
  );
});
