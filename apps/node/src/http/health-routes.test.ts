import { ProtocolError } from "@concordat/protocol";
import type { PartnerOptions } from "@concordat/replica";
import { expect, it } from "vitest";
import type { StatusJson } from "./status-json.js";
import { openApi } from "./testing/api-under-test.js";

const unreachable: PartnerOptions = {
  origin: "repl://nowhere:1",
  type: "mutual-pull",
  automaticRefresh: false,
  connect: () => Promise.reject(new ProtocolError("connection_refused", "connection refused", { blame: "peer" })),
};

it("tells how a node on its own is", async () => {
  const { send, create, replica } = await openApi();
  await create({ a: 1 });
  const status = (await (await send("GET", "/v1/status")).json()) as StatusJson;
  expect(status).toMatchObject({
    verdict: "On its own, without partners, holding 1 entry.",
    health: "ok",
    version: "1.2.3",
    domainUuid: replica.domainUuid,
    serverUuid: replica.serverUuid,
    totals: { liveEntries: 1, tombstones: 0 },
    partners: [],
  });
  expect(status.ruv[replica.serverUuid]?.seen).toMatch(/^\d{4}-.*\.\d{6}Z$/);
  expect(await (await send("GET", "/livez")).json()).toEqual({ live: true });
  expect((await send("GET", "/readyz")).status).toBe(200);
});

it("tells that nothing was pulled yet", async () => {
  const { send } = await openApi({ partners: [unreachable] });
  const response = await send("GET", "/readyz");
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    ready: false,
    reasons: ["nothing was pulled yet", expect.any(String)],
  });
  expect((await send("GET", "/livez")).status).toBe(200);
  await expect
    .poll(async () => ((await (await send("GET", "/v1/status")).json()) as StatusJson).partners[0]?.state)
    .toBe("unreachable");
});
