import { expect, test } from "vitest";
import { certificateA } from "../test/certificates.js";
import { manualPartner, nodeSetup, primaryPartner, secondaryPartner } from "../test/deployment-guide.js";
import { acknowledgementLine } from "./acknowledgement.js";
import { parseConfig } from "./parse-config.js";

const parse = (text: string) => parseConfig(text, { file: "server.toml", directory: "/srv/a" });
const acknowledged = nodeSetup.replace("\nACK_HERE\n", `\n${acknowledgementLine}\n`);

/** What a reader does: the node's own lines for "# ...", the port for "port", the certificate for its placeholder. */
const followed = (partner: string): string =>
  partner
    .replace("[replication]\n# ...\n", acknowledged)
    .replace(/origin_of_([AB]):port/, "origin_of_$1:8445")
    .replace(/MII\.\.\. <[^>]*>/, certificateA);

test("the node setup of the guide parses once its ACK line is replaced", () => {
  expect(parse(acknowledged)).toMatchObject({
    ok: true,
    config: {
      replication: {
        origin: { text: "repl://localhost:8444" },
        bindAddress: { host: "127.0.0.1", port: 8444 },
        partners: [],
      },
    },
  });
});

test("an ACK line that was left as it is gets one error, with the line to write", () => {
  const result = parse(nodeSetup);
  expect(result.ok ? [] : result.errors).toMatchObject([
    { line: 7, column: 1, code: "replication_not_acknowledged", text: "ACK_HERE", suggestion: acknowledgementLine },
  ]);
});

test.each([
  ["manual", manualPartner, "repl://origin_of_a:8445", false],
  ["secondary", secondaryPartner, "repl://origin_of_a:8445", true],
  ["primary", primaryPartner, "repl://origin_of_b:8445", false],
])("the %s partner of the guide parses", (_, snippet, text, automaticRefresh) => {
  const certificates = [new Uint8Array(Buffer.from(certificateA, "base64"))];
  const result = parse(followed(snippet));
  expect(result.ok && result.config.replication?.partners).toEqual([
    {
      type: "mutual-pull",
      origin: { text, host: text.slice(7, -5), port: 8445 },
      certificates,
      acceptRenewedCertificates: true,
      automaticRefresh,
    },
  ]);
});

test("a placeholder that was left in is an error at its place", () => {
  const result = parse(manualPartner.replace("[replication]\n# ...\n", acknowledged));
  expect(result.ok ? [] : result.errors).toMatchObject([
    { line: 15, column: 14, code: "invalid_origin", text: '"repl://origin_of_A:port"' },
    { line: 17, column: 16, code: "invalid_certificate" },
  ]);
});
