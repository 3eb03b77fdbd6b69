import { expect, it } from "vitest";
import { renewalLines } from "./renewal-text.js";

const renewal = {
  successorFingerprintSha256: "BB",
  having: ["repl://b:1"],
  waitingFor: ["repl://c:1", "repl://d:1"],
  until: "2026-12-27T12:00:00.000Z",
};

it("says whether the node has gone over to its new certificate, or for whom it waits", () => {
  expect(renewalLines({ fingerprintSha256: "BB" })).toEqual(["This node shows its new certificate from now on: BB."]);
  expect(renewalLines({ fingerprintSha256: "AA", renewal })).toEqual([
    "The new certificate is announced: BB.",
    "1 of 3 partners have it; waiting for repl://c:1, repl://d:1, at the latest until 2026-12-27 12:00:00 UTC.",
  ]);
  expect(renewalLines({ fingerprintSha256: "AA", renewal: { ...renewal, waitingFor: [] } })[1]).toContain(
    "1 of 1 partners have it, at",
  );
});
