import entries from "@concordat/protocol/vectors/entries.json" with { type: "json" };
import { expect, test } from "vitest";
import { describeRecord } from "./described-record.js";
import { bytesOf } from "./hex.js";
import { readItem } from "./item.js";
import { Violation } from "./violation.js";

const servers = entries.servers.map((server) => server.replaceAll("-", ""));
const described = (hex: string) => describeRecord(readItem(bytesOf(hex)), bytesOf(hex), servers);

test.each(entries.vectors.filter(({ error }) => error === undefined))("takes $name: $meaning", ({ hex, entry }) => {
  expect(described(hex)).toMatchObject({ uuid: entry?.uuid.replaceAll("-", "") });
});

/** Times are the receiver's affair: what is right may come too early. */
const wrong = entries.vectors.filter(({ error }) => error === "shape");
test.each(wrong)("does not take $name: $meaning", ({ hex }) => {
  expect(() => described(hex)).toThrow(Violation);
});
