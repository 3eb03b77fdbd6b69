import { expect, it } from "vitest";
import type { ConflictJson } from "../http/conflict-json.js";
import { conflictLines } from "./conflict-lines.js";
import { unreadText } from "./unread-text.js";

const unread = { scores: { merge: "example.com/best", versions: [{ ada: 9 }, { bob: 7 }] } };

it("names what is not read, and says nothing where all is", () => {
  expect(unreadText(unread)).toBe(', unread: "scores" (example.com/best)');
  expect([unreadText(undefined), unreadText({})]).toEqual(["", ""]);
});

it("a conflict of a whole entry names it on each side", () => {
  const side = { uuid: "u", writtenAt: "t", server: "s" };
  const conflict: ConflictJson = {
    id: "creation.u",
    kind: "creation",
    uuid: "u",
    message: "created twice",
    winner: { ...side, attributes: { title: "x" } },
    losers: [{ ...side, attributes: {}, unread }],
    resolutions: [],
  };
  const style = { bold: String, dim: String, good: String, bad: String };
  const lines = conflictLines(conflict, style);
  expect(lines.find((line) => line.startsWith("lost"))).toContain('{}, unread: "scores" (example.com/best)');
  expect(lines.find((line) => line.startsWith("won"))).toMatch(/\{"title":"x"\}$/);
});
