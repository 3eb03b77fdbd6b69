import type { ConformanceReport, RequirementResult } from "@concordat/conformance";
import { describe, expect, it } from "vitest";
import { createPair } from "./testing/nodes.js";

type Report = Pick<ConformanceReport, "cleanUp"> & {
  readonly failed: number;
  readonly requirements: RequirementResult[];
};

describe("concordat conformance", () => {
  it("finds nothing wrong with a node that it can meet both ways, and leaves its content as it was", async () => {
    const [node, scratch] = await createPair();
    await node.addPartner(scratch);
    await scratch.addPartner(node);
    await node.start();
    await node.put({ title: "the node's own" });
    const content = await node.json<{ liveEntries: number }>("digest");

    const { exitCode, stdout } = await scratch.run("conformance", node.origin, "--json");
    const report = JSON.parse(stdout) as Report;
    expect(report.requirements.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    const notTested = report.requirements.filter(({ outcome }) => outcome === "not tested").map(({ id }) => id);
    expect(notTested).toEqual(["incremental.refresh-required"]);
    expect(exitCode).toBe(0);
    expect(report.cleanUp).toMatchObject({ left: 0 });
    expect((await node.json<{ liveEntries: number }>("digest")).liveEntries).toBe(content.liveEntries);
    expect((await node.run("verify")).exitCode).toBe(0);
  });

  it("tries a node that only supplies as a supplier, and says why it did not try the rest", async () => {
    const [node, scratch] = await createPair();
    await node.addPartner(scratch, { type: "allow-pull" });
    await scratch.addPartner(node, { type: "pull" });
    await node.start();
    const { exitCode, stdout } = await scratch.run("conformance", node.origin, "--only", "frames", "consumer.applies");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("ok  frames.empty: refuses a frame of length 0 as `frame`  (protocol 2. Frames)");
    expect(stdout).toContain("not tested  consumer.applies");
    expect(stdout).toContain("4 ok, 0 failed, 1 not tested");
  });

  it("exits 7 when there is nobody, 78 without a table for the peer, 2 for what is no requirement", async () => {
    const [node, scratch] = await createPair();
    const unknown = await scratch.run("conformance", node.origin);
    expect(unknown.exitCode).toBe(78);
    expect(unknown.stderr).toContain(`[replication."${node.origin}"]`);
    await scratch.addPartner(node);
    const nobody = await scratch.run("conformance", node.origin, "--wait", "0", "--only", "transport", "merge");
    expect(nobody.exitCode).toBe(7);
    expect(nobody.stdout).toContain("cannot be reached");
    expect((await scratch.run("conformance", node.origin, "--only", "nothing")).exitCode).toBe(2);
  });
});
