import type { CertificateAnswer, StatusAnswer } from "../answers/index.js";
import { formatDuration, formatTime } from "./quantity.js";
import { SELF } from "./server-names.js";
import type { Tone } from "./tone.js";

/** A certificate as the table shows it. */
export interface CertificateRow {
  readonly key: string;
  /** Whose: an origin, or this node. */
  readonly owner: string;
  readonly isSelf: boolean;
  readonly fingerprint: string;
  readonly validUntil: string;
  readonly left: string;
  readonly tone: Tone;
}

/** From here on somebody should be thinking of a new one. */
const SOON_MS = 30 * 86_400_000;

/** This node's own, then those that its partners may show; of each, which ends when. Pure. */
export const certificateRows = ({ certificate, partners }: StatusAnswer, nowMs: number): CertificateRow[] => [
  ...(certificate ? [certificateRow(SELF, true, certificate, nowMs)] : []),
  ...partners.flatMap(({ origin, certificates }) =>
    certificates.map((pinned) => certificateRow(origin, false, pinned, nowMs)),
  ),
];

const certificateRow = (
  owner: string,
  isSelf: boolean,
  { fingerprintSha256, notAfter }: CertificateAnswer,
  nowMs: number,
): CertificateRow => {
  const leftMs = Date.parse(notAfter) - nowMs;
  return {
    key: `${owner} ${fingerprintSha256}`,
    owner,
    isSelf,
    fingerprint: fingerprintSha256,
    validUntil: formatTime(notAfter),
    left: leftMs > 0 ? `${formatDuration(leftMs)} left` : "expired",
    tone: leftMs <= 0 ? "trouble" : leftMs < SOON_MS ? "under-way" : "well",
  };
};
