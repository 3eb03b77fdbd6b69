import { Problem } from "./problem.js";

/** What `If-Match` or `If-None-Match` lists (RFC 9110, section 13.1): any version at all, or certain ones. */
export type EntityTags = "any" | readonly EntityTag[];

interface EntityTag {
  readonly version: string;
  readonly weak: boolean;
}

/** What a request expects of the entry's version. */
export interface Precondition {
  readonly ifMatch?: EntityTags;
  readonly ifNoneMatch?: EntityTags;
}

/** An entry's version as its `ETag`: strong, since equal versions mean equal states. */
export const entityTag = (version: string): string => `"${version}"`;

/** @throws Problem `invalid_parameter`, naming `source`. */
export const parseEntityTags = (text: string, source: string): EntityTags => {
  if (text.trim() === "*") return "any";
  const tags: EntityTag[] = [];
  const pattern = /\s*(W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"\s*(?:,|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) break;
    tags.push({ version: match[2] ?? "", weak: match[1] !== undefined });
    if (pattern.lastIndex === text.length) return tags;
  }
  throw new Problem("invalid_parameter", `${source} takes * or entity tags in double quotes, separated by commas`);
};

export const preconditionOf = (
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): Precondition | undefined => {
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  return {
    ...(ifMatch !== undefined && { ifMatch: parseEntityTags(ifMatch, "If-Match") }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch: parseEntityTags(ifNoneMatch, "If-None-Match") }),
  };
};

/** Which part of the precondition does not hold for an entry at `version`, `undefined` for none; strong comparison. */
export const failedCondition = (
  precondition: Precondition,
  version: string | undefined,
): "If-Match" | "If-None-Match" | undefined => {
  const { ifMatch, ifNoneMatch } = precondition;
  if (ifMatch && !names(ifMatch, version, false)) return "If-Match";
  return ifNoneMatch && names(ifNoneMatch, version, true) ? "If-None-Match" : undefined;
};

const names = (tags: EntityTags, version: string | undefined, weakToo: boolean): boolean => {
  if (version === undefined) return false;
  return tags === "any" || tags.some((tag) => tag.version === version && (weakToo || !tag.weak));
};
