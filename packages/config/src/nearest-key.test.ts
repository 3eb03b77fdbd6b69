import { expect, test } from "vitest";
import { nearestKey } from "./nearest-key.js";

const keys = ["type", "url", "origin", "bindaddress", "changelog_max_age"];

test.each([
  ["tpye", "type"],
  ["Type", "type"],
  ["ur", "url"],
  ["urll", "url"],
  ["bind_address", "bindaddress"],
  ["changelog-max-age", "changelog_max_age"],
  ["orgin", "origin"],
  ["colour", undefined],
  ["", undefined],
  ["x".repeat(10_000), undefined],
])("%s -> %s", (typed, expected) => {
  expect(nearestKey(typed, keys)).toBe(expected);
});

test("the nearer of two", () => {
  expect(nearestKey("partner_crt", ["supplier_cert", "partner_cert"])).toBe("partner_cert");
});
