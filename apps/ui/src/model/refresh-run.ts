import type { RefreshAnswer, RefreshProgressAnswer, WouldDiscardAnswer } from "../answers/index.js";
import { formatBytes, formatEntries } from "./quantity.js";

/** A refresh that this page asked for. */
export type RefreshRun =
  | { readonly kind: "asked"; readonly origin: string }
  | { readonly kind: "running"; readonly origin: string; readonly progress: RefreshProgressAnswer | undefined }
  | WouldDiscardAnswer
  | { readonly kind: "ended"; readonly origin: string; readonly isGood: boolean; readonly message: string };

/** What a line of the daemon's answer makes of the run from `origin`. Pure. */
export const runAfter = (origin: string, answer: RefreshAnswer): RefreshRun => {
  switch (answer.kind) {
    case "progress":
      return { kind: "running", origin, progress: answer };
    case "would-discard":
      return answer;
    case "refreshed":
      return ended(origin, true, refreshedSentence(answer));
    case "refused":
      return ended(origin, false, `Refused, nothing changed: ${answer.reason}. ${answer.remedy}`);
    case "failed":
      return ended(origin, false, `Failed, nothing changed: ${answer.message}`);
  }
};

export const cancelledRun = (origin: string): RefreshRun =>
  ended(origin, true, "Cancelled: nothing changed, and the next refresh goes on where this one stopped.");

const ended = (origin: string, isGood: boolean, message: string): RefreshRun => ({
  kind: "ended",
  origin,
  isGood,
  message,
});

const refreshedSentence = (answer: Extract<RefreshAnswer, { kind: "refreshed" }>): string => {
  const { entries, bytes, origin, discarded } = answer;
  const lost = discarded === 0 ? "" : `; discarded ${formatEntries(discarded)} that only this node had`;
  return `Took over ${formatEntries(entries)} (${formatBytes(bytes)}) from ${origin}${lost}.`;
};
