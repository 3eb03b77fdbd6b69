import type { Attributes } from "@concordat/replica";
import { describe, expect, it } from "vitest";
import { filterPredicate } from "./filter-predicate.js";
import { parseFilter } from "./parse-filter.js";

const ENTRY: Attributes = {
  title: "hello",
  tags: ["new", "demo"],
  hits: 3,
  big: 9223372036854775807n,
  done: false,
  address: { city: "Bern", geo: { lat: 46.9 } },
  mails: [{ kind: "work", at: "a@b" }, { kind: "home" }],
  "dotted.name": "d",
  empty: "",
  bytes: new Uint8Array([1]),
};

describe("filterPredicate", () => {
  it.each([
    ['title eq "hello"', true],
    ['title eq "Hello"', false],
    ['title ne "hello"', false],
    ['title ne "ell"', true],
    ['title co "ell"', true],
    ['title sw "he" and title ew "lo"', true],
    ['title gt "hella" and title lt "hellz"', true],
    ["title eq 5", false],
    ['tags eq "demo"', true],
    ['tags ne "demo"', false],
    ['tags ne "absent"', true],
    ['tags sw "de"', true],
    ["hits ge 3 and hits le 3.0", true],
    ["hits gt 3 or hits lt 3", false],
    ["big gt 9223372036854775806", true],
    ["big eq 9223372036854775807", true],
    ["big gt 5", true],
    ["hits lt 9223372036854775807", true],
    ["done eq false", true],
    ["done pr", true],
    ["absent pr", false],
    ["absent eq null", true],
    ["title ne null", true],
    ['absent ne "x"', true],
    ["empty pr", false],
    ["bytes pr", true],
    ['bytes eq "AQ=="', false],
    ['address.city eq "Bern"', true],
    ["address.geo.lat gt 46", true],
    ['mails.kind eq "home"', true],
    ['dotted.name eq "d"', true],
    ['"dotted.name" pr', true],
    ["toString pr", false],
    ["constructor.name pr", false],
    ['not (title pr) or (tags eq "new" and hits eq 3)', true],
  ])("%s: %s", (text, expected) => {
    expect(filterPredicate(parseFilter(text))(ENTRY)).toBe(expected);
  });
});
