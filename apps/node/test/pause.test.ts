import { expect, it } from "vitest";
import { fetchOnce } from "./testing/http.js";
import { converge, type TestNode } from "./testing/node.js";
import { createPair } from "./testing/nodes.js";

const readyz = ({ socketPath }: TestNode) => fetchOnce({ socketPath, path: "/readyz" });

it("pauses replication with a partner, says so everywhere, keeps it over a restart, and goes on", async () => {
  const [a, b] = await createPair();
  await a.addPartner(b);
  await b.addPartner(a, { automaticRefresh: true });
  await Promise.all([a.start(), b.start()]);
  await b.linkIs(a, "in-sync");
  await a.linkIs(b, "in-sync");

  const paused = await a.run("pause", b.origin);
  expect(paused).toMatchObject({ exitCode: 0, stdout: "", stderr: `${b.origin} is paused\n` });
  expect(await a.daemon.logged("partner_paused")).toMatchObject({ level: "info", origin: b.origin });
  await b.linkIs(a, "unwilling");
  expect(await a.run("status")).toMatchObject({
    exitCode: 6,
    stdout: expect.stringMatching(
      new RegExp(`${b.origin} is paused[^]*paused since [^]*→ concordat resume ${b.origin}`),
    ),
  });
  expect(await readyz(a)).toMatchObject({ status: 200 });

  await a.restart();
  const { partners } = await a.linkIs(b, "paused");
  expect(Date.parse(partners[0]?.pausedSince ?? "")).toBeLessThan(Date.now());
  // Nothing was pulled since the start: what was before is known.
  expect(partners[0]?.lag?.secondsMax).toBeGreaterThan(0);
  expect(Date.parse(partners[0]?.forcedRefreshAt ?? "")).toBeGreaterThan(Date.now());
  await a.put({ title: "while it is paused" });
  expect(await a.digest()).not.toBe(await b.digest());
  expect((await a.run("doctor")).stdout).toContain(`$ concordat resume ${b.origin}`);

  expect(await a.json("resume", "--all")).toEqual({ partners: [{ origin: b.origin, paused: false }] });
  expect(await a.daemon.logged("partner_resumed")).toMatchObject({ level: "info", origin: b.origin });
  await a.linkIs(b, "in-sync");
  await converge(a, b);
});

it("wants a partner to be named, one that there is", async () => {
  const [a, b] = await createPair();
  await a.start();
  expect(await a.run("pause")).toMatchObject({ exitCode: 2 });
  expect(await a.run("pause", "b:1")).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("repl://") });
  expect(await a.run("resume", b.origin)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("no partner") });
});
