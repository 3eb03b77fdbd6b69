import { expect, it } from "vitest";
import { besideOurs } from "./beside-ours.js";
import type { Measurement } from "./measurement.js";

const ours: Measurement = { workload: "W1", subject: "concordat", what: "10 entries", value: 90, unit: "/s" };
const larger: Measurement = { ...ours, what: "100 entries", value: 80 };
const peer: Measurement = { ...ours, subject: "Peer", what: "100 entries, over HTTP", value: 40 };

it("holds a peer against ours of the same size, or else the first", () => {
  expect(besideOurs([ours, larger, peer])[2]?.limit).toEqual({ subject: "concordat", value: 80 });
  expect(besideOurs([ours, { ...peer, what: "20 entries" }])[1]?.limit).toEqual({ subject: "concordat", value: 90 });
});

it("leaves alone what is not of the same kind, and what has a limit", () => {
  const alone = [ours, { ...peer, workload: "W2" }, { ...peer, unit: "ms" as const }];
  expect(besideOurs(alone)).toEqual(alone);
  const limited = [
    { ...ours, limit: { subject: "raw", value: 1 } },
    { ...peer, limit: { subject: "raw", value: 2 } },
  ];
  expect(besideOurs(limited)).toEqual(limited);
});
