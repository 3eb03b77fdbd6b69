import { describe, expect, test } from "vitest";
import { type AttributeState, isNamedKind, KIND_NAME_BYTES_MAX, type ServerUuid, visibleKind } from "./index.js";
import { writtenRegister } from "./register-state.js";

describe("the name of a user's kind", () => {
  test.each(["example.com/max", "a.b/c", "x-1.co.uk/list_2.v3", "0.0/0"])("%s is one", (name) => {
    expect(isNamedKind(name)).toBe(true);
  });
  test.each([
    ["a kind of the model", "register"],
    ["one that reads like a kind of the model", "register2"],
    ["without a name", "example.com/"],
    ["without a namespace", "/max"],
    ["of one label", "localhost/max"],
    ["with an empty label", "example..com/max"],
    ["that ends in a dot", "example.com./max"],
    ["in upper case", "Example.com/max"],
    ["with a second slash", "example.com/max/min"],
    ["with a letter that looks like another", "ex\u0430mple.com/max"],
    ["with a line behind it", "example.com/max\n"],
    ["of nothing", ""],
  ])("one %s is none: %s", (_, name) => {
    expect(isNamedKind(name)).toBe(false);
  });

  test("has a limit", () => {
    const longest = `example.com/${"m".repeat(KIND_NAME_BYTES_MAX - 12)}`;
    expect([isNamedKind(longest), isNamedKind(`${longest}m`)]).toEqual([true, false]);
  });
});

test("of kinds with one change the first by name is shown, whoever made it", () => {
  const server = "11111111-1111-4111-8111-111111111111" as ServerUuid;
  const at = (ts: number) => writtenRegister(undefined, { ts, server }, Uint8Array.of(1));
  const state: AttributeState = {
    register: at(2),
    named: new Map([
      ["zz.example/z", at(2)],
      ["example.com/max", at(2)],
    ]),
  };
  expect(visibleKind(state)).toBe("example.com/max");
  expect(visibleKind({ ...state, register: at(3) })).toBe("register");
  expect(visibleKind({ ...state, named: new Map([["zz.example/z", at(2)]]) })).toBe("register");
  expect(visibleKind({ ...state, named: new Map([["zz.example/z", at(3)]]) })).toBe("zz.example/z");
});
