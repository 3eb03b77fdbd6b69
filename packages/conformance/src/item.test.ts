import messages from "@concordat/protocol/vectors/messages.json" with { type: "json" };
import values from "@concordat/protocol/vectors/values.json" with { type: "json" };
import { describe, expect, test } from "vitest";
import { describeRecord } from "./described-record.js";
import { bytesOf } from "./hex.js";
import { readItem } from "./item.js";
import { Violation } from "./violation.js";

/* The runner's own reader takes what the protocol's vectors say is right, and does not take what it is there to find. */

test.each(values.vectors.filter(({ error }) => error === undefined))("takes $name: $meaning", ({ hex }) => {
  expect(readItem(bytesOf(hex)).end).toBe(hex.length / 2);
});

test.each(messages.vectors.filter(({ error, decodeOnly }) => error === undefined && !decodeOnly))(
  "takes $name: $meaning",
  ({ hex }) => {
    expect(readItem(bytesOf(hex)).kind).toBe("array");
  },
);

/** As an attribute's value: what is wrong with it shows there, or in its encoding. */
const inRecord = (hex: string): Uint8Array =>
  bytesOf(`94c41011111111111111111111111111111111920001c081a16181a87265676973746572${"92920001"}${hex}`);

describe("does not take, as a value of a record,", () => {
  const wrong = values.vectors.filter(
    ({ error, name }) => error !== undefined && !["empty", "left-over"].includes(name),
  );
  test.each(wrong)("$name: $meaning", ({ hex }) => {
    const record = inRecord(hex);
    expect(() => describeRecord(readItem(record), record, ["00"])).toThrow(Violation);
  });
});
