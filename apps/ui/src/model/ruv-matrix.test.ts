import { expect, it } from "vitest";
import { partnerAnswer, statusAnswer } from "../testing/status-answer.js";
import { ruvRows } from "./ruv-matrix.js";

it("names this node first and partners by their origins, the newest change first", () => {
  const self = statusAnswer().serverUuid;
  const [partner, gone] = ["b0000000-0000-4000-8000-000000000002", "c0000000-0000-4000-8000-000000000003"];
  const rows = ruvRows(
    statusAnswer({
      partners: [partnerAnswer("repl://b:1", { peer: { serverUuid: partner } })],
      ruv: {
        [gone]: { seen: "2026-11-01T00:00:00.000000Z", purged: "2026-10-01T00:00:00.000000Z" },
        [partner]: { seen: "2026-11-27T11:00:00.000000Z" },
        [self]: { seen: "2026-11-20T00:00:00.000000Z" },
      },
    }),
  );
  expect(rows.map(({ shortName, owner, seen, purged }) => [shortName, owner, seen, purged])).toEqual([
    ["50000000", "this node", "2026-11-20 00:00:00", "nothing"],
    ["b0000000", "repl://b:1", "2026-11-27 11:00:00", "nothing"],
    ["c0000000", undefined, "2026-11-01 00:00:00", "to 2026-10-01 00:00:00"],
  ]);
});
