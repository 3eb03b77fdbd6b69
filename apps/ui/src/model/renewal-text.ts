import type { RenewalAnswer, RenewalProgressAnswer } from "../answers/index.js";
import { formatTime } from "./quantity.js";

/** What the beginning of a renewal came to, line by line. Pure. */
export const renewalLines = ({ fingerprintSha256, renewal }: RenewalAnswer): readonly string[] =>
  renewal === undefined
    ? [`This node shows its new certificate from now on: ${fingerprintSha256}.`]
    : [`The new certificate is announced: ${renewal.successorFingerprintSha256}.`, waitingText(renewal)];

/** How many have it, for whom the node waits, and until when. Pure. */
export const waitingText = ({ having, waitingFor, until }: RenewalProgressAnswer): string => {
  const all = having.length + waitingFor.length;
  const whom = waitingFor.length === 0 ? "" : `; waiting for ${waitingFor.join(", ")}`;
  return `${having.length} of ${all} partners have it${whom}, at the latest until ${formatTime(until)} UTC.`;
};
