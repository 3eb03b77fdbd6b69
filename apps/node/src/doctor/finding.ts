import { FINDINGS, type FindingCode } from "./finding-codes.js";

/** Something that is not as it should be, and what mends it. */
export interface Finding {
  /** Stable: scripts branch on it. For a link, its state. */
  readonly code: FindingCode;
  /** The partner's origin, a path, or what else it is about. */
  readonly about: string;
  /** Of the partner that it is about. */
  readonly origin?: string;
  /** What happened. */
  readonly message: string;
  /** What that means for this node. */
  readonly meaning: string;
  /** Whether the node, or what is safe of it, is less than it should be; otherwise it is worth knowing. */
  readonly degrades: boolean;
  /** What to do, in words. */
  readonly remedy?: string;
  /** What to type, where a command mends it. */
  readonly command?: string;
  /** The page of the repository that tells more. */
  readonly page: string;
}

/** How a finding is mended. */
export interface Mending {
  readonly remedy?: string | undefined;
  readonly command?: string | undefined;
}

export const finding = (code: FindingCode, about: string, message: string, mending: Mending = {}): Finding => ({
  code,
  about,
  message,
  ...FINDINGS[code],
  ...(mending.remedy !== undefined && { remedy: mending.remedy }),
  ...(mending.command !== undefined && { command: mending.command }),
  page: `docs/errors/${code}.md`,
});

/** Of a partner. */
export const partnerFinding = (code: FindingCode, origin: string, message: string, mending: Mending = {}): Finding => ({
  ...finding(code, origin, message, mending),
  origin,
});
