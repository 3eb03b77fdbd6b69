/** What the page reads of `GET /v1/conflicts`. */
export interface ConflictsAnswer {
  readonly conflicts: readonly ConflictAnswer[];
  /** There are more, after this one. */
  readonly next?: string;
}

export interface ConflictAnswer {
  readonly id: string;
  readonly kind: string;
  readonly uuid: string;
  readonly attribute?: string;
  readonly key?: string;
  readonly message: string;
  readonly winner?: ConflictSideAnswer;
  readonly losers: readonly ConflictSideAnswer[];
  /** What settles it: `keep-winner`, `keep-loser`, `restore`. */
  readonly resolutions: readonly string[];
}

export interface ConflictSideAnswer {
  readonly uuid: string;
  readonly writtenAt: string;
  readonly server: string;
  readonly value?: unknown;
  readonly removed?: true;
  readonly attributes?: unknown;
  readonly deleted?: true;
}
