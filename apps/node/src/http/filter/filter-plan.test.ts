import type { Schema } from "@concordat/replica";
import { describe, expect, it } from "vitest";
import { planFilter } from "./filter-plan.js";
import { parseFilter } from "./parse-filter.js";

const SCHEMA: Schema = {
  name: { index: true },
  tags: { merge: "set", index: true },
  title: { unique: true },
  "dotted.name": { index: true },
};

describe("planFilter", () => {
  it.each([
    ['name eq "x"', "name", "x"],
    ['(name EQ "x")', "name", "x"],
    ["name eq 5", "name", 5],
    ["name eq false", "name", false],
    ["name eq 18446744073709551615", "name", 2n ** 64n - 1n],
    ['title eq "a" and name eq "x"', "name", "x"],
    ['tags eq "t" and name eq "x"', "tags", "t"],
    ['title pr and (title ne "b" and (name eq "x" and title co "c"))', "name", "x"],
    ['name eq "x" and (title eq "a" or title eq "b")', "name", "x"],
  ])("%s is looked up", (text, attribute, value) => {
    expect(planFilter(parseFilter(text), SCHEMA)).toEqual({ kind: "lookup", attribute, value });
  });

  it.each([
    'title eq "x"',
    'toString eq "x"',
    'name ne "x"',
    'name sw "x"',
    "name ge 5",
    "name pr",
    "name eq null",
    'not (name eq "x")',
    'name eq "x" or tags eq "t"',
    'name.first eq "x"',
    'dotted.name eq "x"',
    'name eq "\\ud800"',
    "name eq 18446744073709551616",
    "name eq -9223372036854775809",
  ])("%s is looked for among all", (text) => {
    expect(planFilter(parseFilter(text), SCHEMA)).toEqual({ kind: "scan" });
  });
});
