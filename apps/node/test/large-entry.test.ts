import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { converge } from "./testing/node.js";
import { createPair } from "./testing/nodes.js";

const MIB = 2 ** 20;

it("an entry of 1 MiB is written, refreshed, changed and pulled with the default limits", async () => {
  const [a, b] = await createPair();
  await a.addPartner(b);
  await b.addPartner(a);
  await Promise.all([a.start(), b.start()]);
  const file = join(a.directory, "large.ndjson");
  const text = (): string => randomBytes((MIB / 4) * 3).toString("base64");
  await writeFile(file, `${JSON.stringify({ attributes: { title: "large", text: text() } })}\n`);
  expect((await a.run("import", file)).exitCode).toBe(0);
  await b.linkIs(a, "domain-mismatch");
  expect((await b.run("refresh-replication-consumer")).exitCode).toBe(0);
  await converge(a, b);

  await writeFile(file, `${JSON.stringify({ attributes: { title: "another", text: text() } })}\n`);
  expect((await b.run("import", file)).exitCode).toBe(0);
  await converge(a, b);
  const { totals } = await a.status();
  expect(totals.recordBytes).toBeGreaterThan(2 * MIB);
});
