import { expect, it } from "vitest";
import { partnerAnswer, statusAnswer } from "../testing/status-answer.js";
import { certificateRows } from "./certificate-rows.js";

const NOW_MS = Date.parse("2026-11-27T12:00:00.000Z");

const certificate = (fingerprintSha256: string, notAfter: string) => ({
  fingerprintSha256,
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter,
});

it("says of this node's certificate and of each pinned one how long it is good for", () => {
  const rows = certificateRows(
    statusAnswer({
      certificate: certificate("AA", "2027-11-27T12:00:00.000Z"),
      partners: [
        partnerAnswer("repl://b:1", {
          certificates: [certificate("BB", "2026-11-27T11:59:59.000Z"), certificate("CC", "2026-12-20T12:00:00.000Z")],
        }),
        partnerAnswer("repl://c:1"),
      ],
    }),
    NOW_MS,
  );
  expect(rows.map(({ owner, fingerprint, left, tone }) => [owner, fingerprint, left, tone])).toEqual([
    ["this node", "AA", "365 d left", "well"],
    ["repl://b:1", "BB", "expired", "trouble"],
    ["repl://b:1", "CC", "23 d left", "under-way"],
  ]);
});
