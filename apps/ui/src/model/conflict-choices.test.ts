import { expect, it } from "vitest";
import type { ConflictAnswer } from "../answers/index.js";
import { conflictChoices, sideText } from "./conflict-choices.js";

const side = { uuid: "u", writtenAt: "2026-11-27T12:00:00.000000Z", server: "s" };

const conflict = (more: Partial<ConflictAnswer>): ConflictAnswer => ({
  id: "overwrite.u.title",
  kind: "overwrite",
  uuid: "u",
  message: "written at once",
  winner: { ...side, value: "won" },
  losers: [{ ...side, value: "lost" }],
  resolutions: ["keep-winner", "keep-loser", "restore"],
  ...more,
});

it("offers each way with the request and the command that do the same", () => {
  expect(conflictChoices(conflict({})).map(({ body, label, twin }) => [body, label, twin(" -c /a.toml")])).toEqual([
    [
      { action: "keep-winner" },
      "Keep what won",
      "concordat conflicts resolve overwrite.u.title --keep winner -c /a.toml",
    ],
    [
      { action: "keep-loser" },
      "Keep what lost",
      "concordat conflicts resolve overwrite.u.title --keep loser -c /a.toml",
    ],
    [{ action: "restore" }, "Keep both", "concordat conflicts resolve overwrite.u.title --restore -c /a.toml"],
  ]);
});

it("asks which of several losers", () => {
  const losers = [
    { ...side, value: 1 },
    { ...side, value: 2 },
  ];
  expect(
    conflictChoices(conflict({ losers, resolutions: ["keep-winner", "keep-loser"] })).map(({ body, label, twin }) => [
      body,
      label,
      twin(""),
    ]),
  ).toEqual([
    [{ action: "keep-winner" }, "Keep what won", "concordat conflicts resolve overwrite.u.title --keep winner"],
    [
      { action: "keep-loser", loser: 0 },
      "Keep what lost (1)",
      "concordat conflicts resolve overwrite.u.title --keep loser --loser 0",
    ],
    [
      { action: "keep-loser", loser: 1 },
      "Keep what lost (2)",
      "concordat conflicts resolve overwrite.u.title --keep loser --loser 1",
    ],
  ]);
});

it("offers nothing where nothing can be chosen, or what this page does not know", () => {
  expect(conflictChoices(conflict({ resolutions: [] }))).toEqual([]);
  expect(conflictChoices(conflict({ resolutions: ["of-a-later-version"] }))).toEqual([]);
});

it("says that a deleted entry comes back under another uuid", () => {
  const [choice] = conflictChoices(conflict({ winner: { ...side, deleted: true }, resolutions: ["keep-loser"] }));
  expect(choice?.meaning).toContain("new one");
});

it("quotes an id for the shell: attribute names are users' words", () => {
  const [choice] = conflictChoices(conflict({ id: "overwrite.u.it's $(x)" }));
  expect(choice?.twin("")).toBe("concordat conflicts resolve 'overwrite.u.it'\\''s $(x)' --keep winner");
});

it("shows a side as JSON, or what happened to it", () => {
  expect(sideText({ ...side, value: { a: 1 } })).toBe('{\n  "a": 1\n}');
  expect(sideText({ ...side, attributes: { title: "x" } })).toContain('"title": "x"');
  expect(sideText({ ...side, value: false })).toBe("false");
  expect([sideText({ ...side, removed: true }), sideText({ ...side, deleted: true })]).toEqual(["removed", "deleted"]);
});
