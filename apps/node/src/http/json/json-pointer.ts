/** The pointer (RFC 6901) to `token` of what `parent` points at. */
export const pointerTo = (parent: string, token: string | number): string =>
  `${parent}/${typeof token === "number" ? token : token.replaceAll("~", "~0").replaceAll("/", "~1")}`;
