import { describe, expect, it } from "vitest";
import type { Finding } from "../src/doctor/finding.js";
import { eventually } from "./testing/eventually.js";
import { converge, type TestNode } from "./testing/node.js";
import { createPair } from "./testing/nodes.js";

const findingsOf = async (node: TestNode): Promise<{ exitCode: number | null; findings: Finding[] }> => {
  const { exitCode, stdout } = await node.run("doctor", "--json");
  return { exitCode, findings: JSON.parse(stdout).findings };
};

const textOf = async (node: TestNode): Promise<string> => (await node.run("doctor")).stdout;

/** Starts both, which hold one domain, with `replication` in their files. */
const startTogether = async ([a, b]: readonly [TestNode, TestNode], replication = ""): Promise<void> => {
  for (const node of [a, b]) {
    await node.editConfig((text) => text.replace("[replication]\n", `[replication]\n${replication}`));
  }
  await a.addPartner(b);
  await b.addPartner(a);
  await a.start();
  await b.start();
  await b.linkIs(a, "domain-mismatch");
  expect((await b.run("refresh-replication-consumer", "--from", a.origin)).exitCode).toBe(0);
  await a.linkIs(b, "in-sync");
  await b.linkIs(a, "in-sync");
};

/** Runs the command that the only finding names. */
const mend = async (node: TestNode, [finding]: readonly Finding[]): Promise<void> => {
  const [program, ...words] = finding?.command?.split(" ") ?? [];
  expect(program).toBe("concordat");
  const { exitCode, stderr } = await node.run(...words);
  expect(exitCode, stderr).toBe(0);
};

describe("doctor", () => {
  it("finds nothing where nothing is wrong, and a partner that is gone as soon as it is", async () => {
    const [a, b] = await createPair();
    await startTogether([a, b]);
    expect(await findingsOf(a)).toEqual({ exitCode: 0, findings: [] });
    expect(await textOf(a)).toContain("Nothing is wrong.");

    await b.stop();
    await a.linkIs(b, "unreachable");
    const { exitCode, findings } = await findingsOf(a);
    expect(exitCode).toBe(6);
    expect(findings).toMatchObject([{ code: "unreachable", origin: b.origin }]);
    const text = await textOf(a);
    expect(text).toContain(`unreachable  ${b.origin}`);
    expect(text).toContain("nothing comes from this partner");
  });

  it("names the command that ends a domain mismatch, and it does", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a);
    await a.start();
    const uuid = await a.put({ title: "of A" });
    await b.start();
    const status = await b.linkIs(a, "domain-mismatch");
    const { exitCode, findings } = await findingsOf(b);
    expect(exitCode).toBe(6);
    expect(findings).toMatchObject([{ code: "domain-mismatch", remedy: status.partners[0]?.remedy }]);
    expect(await textOf(b)).toContain(`$ concordat refresh-replication-consumer --from ${a.origin}`);
    await mend(b, findings);
    await b.linkIs(a, "in-sync");
    await converge(a, b);
    expect((await b.run("entry", "get", uuid)).exitCode).toBe(0);
    expect((await findingsOf(b)).exitCode).toBe(0);
  });

  it("tells a node that was away too long, and the one that it may not supply; one command mends both", async () => {
    const [a, b] = await createPair();
    await startTogether([a, b], 'changelog_max_age = "1s"\n');
    const gone = await a.put({ title: "to go" });
    await converge(a, b);
    await b.stop();
    await a.run("entry", "delete", gone);
    await eventually(
      async () => (await a.status()).totals.tombstones,
      (tombstones) => tombstones === 0,
    );
    await b.start();
    await b.linkIs(a, "refresh-required");
    await a.linkIs(b, "unwilling");
    const [lagging, other] = [await findingsOf(b), await findingsOf(a)];
    expect(lagging.findings).toMatchObject([{ code: "refresh-required", origin: a.origin }]);
    expect(lagging.findings[0]?.message).toContain("this node was away too long");
    expect(other.findings).toMatchObject([{ code: "unwilling", origin: b.origin }]);
    expect(other.findings[0]?.remedy).toBe(`run refresh-replication-consumer on ${b.origin}`);
    expect((await b.daemon.logged("refresh_required")).remedy).toBe(lagging.findings[0]?.remedy);
    await mend(b, lagging.findings);
    await b.linkIs(a, "in-sync");
    await a.linkIs(b, "in-sync");
    await converge(a, b);
  });
});
