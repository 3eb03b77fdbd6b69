import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect, it } from "vitest";
import { freePort } from "./testing/free-port.js";
import { fetchOnce } from "./testing/http.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNode, createPair } from "./testing/nodes.js";

/** The forms in which a node's private key could show up in a text. */
const keyForms = async ({ directory }: TestNode): Promise<string[]> => {
  const pem = await readFile(join(directory, "data/identity.pem"), "utf8");
  const block = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/.exec(pem)?.[0] ?? "";
  const { d: seed = "" } = createPrivateKey(block).export({ format: "jwk" });
  const bytes = Buffer.from(seed, "base64url");
  const body = block.split("\n").slice(1, -1).join("");
  return [
    "PRIVATE KEY",
    body,
    body.slice(22),
    seed,
    bytes.toString("base64"),
    bytes.toString("hex"),
    [...bytes].join(","),
  ];
};

// It starts some twenty processes.
it("no key and no token is ever logged or shown, at the most talkative level, whatever goes well or wrong", {
  timeout: 180_000,
}, async () => {
  const [a, b] = await createPair();
  const stranger = await createNode();
  const port = await freePort();
  for (const node of [a, b]) await node.editConfig((text) => text.replace(/^.*log_level.*$/m, ""));
  await a.editConfig((text) => `log_level = "trace"\nbindaddress = "127.0.0.1:${port}"\n${text}`);
  await b.editConfig((text) => `log_level = "trace"\n${text}`);
  await b.addPartner(a);
  await a.addPartner(b);
  await stranger.addPartner(a);
  await Promise.all([a.start(), b.start(), stranger.start()]);

  // A session with everything in it: certificates shown, a refresh, writes, a refused node, a stranger without a certificate.
  const certificates = ["show-replication-certificate", "show-replication-certificate-metadata"];
  const shown = await Promise.all(certificates.map((command) => a.run(command)));
  await b.run("refresh-replication-consumer");
  await b.linkIs(a, "in-sync");
  await stranger.linkIs(a, "certificate-refused");
  const nobody = connect({ host: "127.0.0.1", port: a.port, rejectUnauthorized: false });
  await new Promise((resolve) =>
    nobody
      .on("error", () => undefined)
      .once("close", resolve)
      .resume(),
  );
  await a.put({ title: "hello" });
  await converge(a, b);

  // Tokens: a good one, a wrong one, one in the wrong place.
  const { token } = await a.json<{ token: string }>("token", "create", "reader", "--scope", "read");
  const secret = token.split(".")[1] as string;
  const wrong = `${token.slice(0, -4)}AAAA`;
  const answers = [
    await fetchOnce({ port, path: "/v1/entries", headers: { authorization: `Bearer ${token}` } }),
    await fetchOnce({ port, path: "/v1/entries", headers: { authorization: `Bearer ${wrong}` } }),
    await fetchOnce({ port, path: `/v1/entries?cursor=${token}` }),
    await fetchOnce({
      port,
      method: "POST",
      path: "/v1/entries",
      headers: { authorization: `Bearer ${token}` },
      body: "{}",
    }),
  ];
  expect(answers[0]?.status).toBe(200);
  expect(answers[1]?.status).toBe(401);
  const commands = ["status", "doctor", "configtest", "reload"].map((command) => a.run(command));
  shown.push(...(await Promise.all([...commands, a.run("token", "list"), a.run("status", "--json")])));
  const logOf = ({ daemon }: TestNode): string => daemon.stdout + daemon.stderr;
  const before = logOf(a);
  await a.restart();
  await b.linkIs(a, "in-sync");

  const logs = [before, ...[a, b, stranger].map(logOf)].join("\n");
  expect(logs).toContain("connection_refused");
  expect(logs).toContain('"level":"debug"');
  const texts = [logs, ...shown.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...answers.map(({ body }) => body)];
  const secrets = [...(await keyForms(a)), ...(await keyForms(b)), secret, wrong.split(".")[1] as string];
  for (const text of texts)
    for (const one of secrets) expect(text.includes(one), `${one.slice(0, 6)}… in\n${text}`).toBe(false);
});
