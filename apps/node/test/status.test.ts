import { describe, expect, it } from "vitest";
import type { NodeStatus } from "../src/admin/node-status.js";
import { startCommand } from "./testing/command.js";
import { eventually } from "./testing/eventually.js";
import { converge } from "./testing/node.js";
import { createNode, createSyncedPair } from "./testing/nodes.js";

const DAY_MS = 86_400_000;

describe("concordat status", () => {
  it("says how far apart two nodes are, which way, and until when certificates and changelogs last", async () => {
    const [a, b] = await createSyncedPair();
    const status = await eventually(
      () => b.status(),
      ({ partners }) => partners[0]?.lag?.secondsMax === 0 && partners[0].behindBy?.changes === 0,
    );
    const [partner] = status.partners;
    expect(partner).toMatchObject({
      state: "in-sync",
      direction: "both",
      lag: { seconds: 0, secondsMax: 0, changes: 0 },
      behindBy: { seconds: 0, changes: 0 },
      peer: { serverUuid: (await a.status()).serverUuid, software: expect.stringMatching(/^concordat/) },
      certificates: [{ fingerprintSha256: (await a.status()).certificate?.fingerprintSha256 }],
    });
    expect(partner?.catchingUp).toBeUndefined();
    const forcedInDays = (Date.parse(partner?.forcedRefreshAt ?? "") - Date.now()) / DAY_MS;
    expect(forcedInDays).toBeGreaterThan(6.9);
    expect(forcedInDays).toBeLessThanOrEqual(7);
    const expiresInDays = (Date.parse(partner?.certificates[0]?.notAfter ?? "") - Date.now()) / DAY_MS;
    expect(expiresInDays).toBeGreaterThan(1_400);

    const { stdout, exitCode } = await b.run("status");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^PARTNER +STATE +DIRECTION +LAG +BEHIND BY +LAST PULL +REFRESH FORCED +CERTIFICATE$/m);
    expect(stdout).toMatch(/^repl:\S+ +in-sync +both +0 s +0 s +\d+ s ago +in 6 d +\d+ d left$/m);
  });

  it("prints the JSON that GET /v1/status answers", async () => {
    const node = await createNode();
    await node.start();
    expect(await node.json<NodeStatus>("status")).toEqual(await node.status());
  });

  it("knows on the supplying side what a partner that is gone has not acknowledged", async () => {
    const [a, b] = await createSyncedPair();
    await b.stop("SIGKILL");
    await a.linkIs(b, "unreachable");
    for (const title of ["one", "two", "three"]) await a.put({ title });
    const { partners } = await eventually(
      () => a.status(),
      ({ partners: [partner] }) => (partner?.behindBy?.seconds ?? 0) > 1,
    );
    expect(partners[0]?.behindBy?.changes).toBe(3);
    expect(partners[0]?.lag).toMatchObject({ seconds: 0 });
    expect(partners[0]?.lag?.secondsMax).toBeGreaterThan(1);
    expect(partners[0]?.lag?.changes).toBeUndefined();
    await b.start();
    await converge(a, b);
    await eventually(
      () => a.status(),
      ({ partners: [partner] }) => partner?.behindBy?.changes === 0 && partner.lag?.secondsMax === 0,
    );
  });
});

describe("concordat status --watch", () => {
  it("tells each change of a state once without a terminal, goes on over a restart, and exits 0 on Ctrl-C", async () => {
    const [a, b] = await createSyncedPair();
    const watch = startCommand(["status", "--watch"], a.directory);
    const json = startCommand(["status", "--watch", "--json"], a.directory);
    const said = (pattern: RegExp) =>
      eventually(
        () => watch.output.stdout,
        (text) => pattern.test(text),
      );
    await said(/^\S+Z repl:\S+ in-sync: /m);
    await eventually(
      () => json.output.stdout,
      (text) => text.includes("\n"),
    );
    await b.stop();
    await said(new RegExp(`^\\S+Z ${b.origin} in-sync -> unreachable: .*\\(check that.*\\)$`, "m"));
    await said(/^\S+Z node ok -> degraded: Attention: /m);
    // The two ask each at their own time.
    await eventually(
      () => json.output.stdout,
      (text) => text.includes('"unreachable"'),
    );
    await a.stop();
    await said(/^\S+Z node degraded -> stopped: the daemon is not running/m);
    await Promise.all([a.start(), b.start()]);
    await said(/^\S+Z node \w+ -> ok: In sync with /m);
    watch.interrupt();
    json.interrupt();
    expect((await watch.exited).exitCode).toBe(0);
    expect((await json.exited).exitCode).toBe(0);

    const lines = watch.output.stdout.trim().split("\n");
    const states = lines.map((line) => line.replace(/^\S+ /, "").replace(/: .*/, ""));
    expect(new Set(states.filter((state, index) => state === states[index - 1])), "told twice").toEqual(new Set());
    const seen = json.output.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(seen[0]).toMatchObject({ health: "ok", partners: [{ state: "in-sync" }] });
    expect(seen.some(({ partners }) => partners?.[0].state === "unreachable")).toBe(true);
  });
});
