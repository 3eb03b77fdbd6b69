import type { ConflictJson, ConflictSideJson } from "../http/conflict-json.js";
import { printable } from "../terminal/printable.js";
import { formatTable } from "../terminal/table.js";
import type { Style } from "../terminal/terminal.js";
import { unreadText } from "./unread-text.js";

/** A conflict as people read it: what won and why, each side with its origin, and the commands that settle it. Pure. */
export const conflictLines = (conflict: ConflictJson, style: Style): string[] => {
  const { id, kind, message, winner, losers, resolutions } = conflict;
  const several = losers.length > 1;
  const sides = [
    ...(winner ? [["won", ...sideCells(winner)]] : []),
    ...losers.map((loser, index) => [several ? `lost ${index}` : "lost", ...sideCells(loser)]),
  ];
  const commands = resolutions.map((action) => [
    `  concordat conflicts resolve ${id} ${FLAGS[action] ?? ""}${several && action !== "keep-winner" ? " --loser 0" : ""}`,
    MEANINGS[action] ?? "",
  ]);
  return [
    style.bold(`${kind}  ${id}`),
    printable(message),
    "",
    ...formatTable([["", "WRITTEN AT", "ON SERVER", "ENTRY", "WHAT"], ...sides]),
    ...(commands.length === 0 ? [] : ["", "To settle it:", ...formatTable(commands)]),
  ];
};

const FLAGS: Readonly<Record<string, string>> = {
  "keep-winner": "--keep winner",
  "keep-loser": "--keep loser",
  restore: "--restore",
};

const MEANINGS: Readonly<Record<string, string>> = {
  "keep-winner": "what won stays",
  "keep-loser": "what lost takes its place (a deleted entry comes back as a new one)",
  restore: "what won stays, what lost becomes a new entry",
};

const sideCells = (side: ConflictSideJson): string[] => [side.writtenAt, side.server, side.uuid, whatOf(side)];

const whatOf = ({ value, attributes, unread, removed, deleted }: ConflictSideJson): string => {
  if (deleted) return "deleted";
  if (removed) return "removed";
  return printable(JSON.stringify(value ?? attributes) + unreadText(unread));
};
