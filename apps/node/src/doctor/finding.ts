/** Something that is not as it should be, and what mends it. */
export interface Finding {
  /** Stable: scripts branch on it. For a partner, the state of its link. */
  readonly code: string;
  /** Of the partner that it is about. */
  readonly origin: string;
  /** What happened. */
  readonly message: string;
  /** What that means for this node. */
  readonly meaning: string;
  /** What to do, in words. */
  readonly remedy?: string;
  /** What to type, where a command mends it. */
  readonly command?: string;
}
