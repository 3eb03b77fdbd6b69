/** A stretch of the source text: offsets in UTF-16 units, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a setting stands: names of tables and keys, numbers for the items of arrays. */
export type SettingPath = readonly (string | number)[];
