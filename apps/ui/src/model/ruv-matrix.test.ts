import { expect, it } from "vitest";
import { partnerAnswer, statusAnswer } from "../testing/status-answer.js";
import { ruvMatrix } from "./ruv-matrix.js";

const SELF = statusAnswer().serverUuid;
const PARTNER = "b0000000-0000-4000-8000-000000000002";
const GONE = "c0000000-0000-4000-8000-000000000003";

const status = statusAnswer({
  partners: [
    partnerAnswer("repl://b:1", {
      peer: { serverUuid: PARTNER },
      acknowledged: { [SELF]: "2026-11-20T00:00:00.000000Z", [PARTNER]: "2026-11-27T11:00:05.000000Z" },
    }),
    partnerAnswer("repl://c:1"),
  ],
  ruv: {
    [GONE]: { seen: "2026-11-01T00:00:00.000000Z", purged: "2026-10-01T00:00:00.000000Z" },
    [PARTNER]: { seen: "2026-11-27T11:00:00.000000Z" },
    [SELF]: { seen: "2026-11-20T00:00:00.000000Z" },
  },
});

it("names this node first and partners by their origins, the newest change first", () => {
  const { columns, rows } = ruvMatrix(status);
  expect(columns).toEqual(["this node", "repl://b:1"]);
  expect(rows.map(({ shortName, owner, newest, purged }) => [shortName, owner, newest, purged])).toEqual([
    ["50000000", "this node", "2026-11-20 00:00:00", "nothing"],
    ["b0000000", "repl://b:1", "2026-11-27 11:00:05", "nothing"],
    ["c0000000", undefined, "2026-11-01 00:00:00", "to 2026-10-01 00:00:00"],
  ]);
});

it("says of each replica what it has of each server's changes, a partner's lead included", () => {
  expect(ruvMatrix(status).rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
    ["all", "all"],
    ["to 5.0 s before", "all"],
    ["all", "nothing"],
  ]);
});
