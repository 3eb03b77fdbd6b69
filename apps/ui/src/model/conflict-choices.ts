import type { ConflictAnswer, ConflictSideAnswer } from "../answers/index.js";
import { type CommandTwin, TWINS } from "./command-twin.js";

/** A way to settle a conflict: the body of the request, what it means, and the command that does the same. */
export interface ConflictChoice {
  readonly key: string;
  readonly body: { readonly action: string; readonly loser?: number };
  readonly label: string;
  readonly meaning: string;
  readonly twin: CommandTwin;
}

/** What can be chosen, in the order of the sides; empty where only another write settles it. Pure. */
export const conflictChoices = ({ id, winner, losers, resolutions }: ConflictAnswer): ConflictChoice[] => {
  const several = losers.length > 1;
  return resolutions.flatMap((action) => {
    const words = ACTIONS[action];
    if (words === undefined) return [];
    const { label, flags } = words;
    const meaning = action === "keep-loser" && winner?.deleted ? COMES_BACK : words.meaning;
    if (action === "keep-winner")
      return [{ key: action, body: { action }, label, meaning, twin: TWINS.settle(id, ...flags) }];
    return losers.map((_, loser) => ({
      key: `${action}.${loser}`,
      body: several ? { action, loser } : { action },
      label: several ? `${label} (${loser + 1})` : label,
      meaning,
      twin: TWINS.settle(id, ...flags, ...(several ? ["--loser", String(loser)] : [])),
    }));
  });
};

const ACTIONS: Readonly<
  Record<string, { readonly label: string; readonly meaning: string; readonly flags: readonly string[] }>
> = {
  "keep-winner": { label: "Keep what won", meaning: "what lost is given up", flags: ["--keep", "winner"] },
  "keep-loser": { label: "Keep what lost", meaning: "it takes the place of what won", flags: ["--keep", "loser"] },
  restore: { label: "Keep both", meaning: "what lost becomes a new entry", flags: ["--restore"] },
};

const COMES_BACK = "the deleted entry comes back as a new one";

/** What one side holds, as text: JSON over several lines, or what happened instead of a value. Pure. */
export const sideText = ({ value, attributes, removed, deleted }: ConflictSideAnswer): string => {
  if (deleted) return "deleted";
  if (removed) return "removed";
  return JSON.stringify(value ?? attributes, undefined, 2);
};
