/** A message of the node's, which begins small and has no full stop, as a sentence. Pure. */
export const sentence = (text: string): string => withStop(startsWithOrigin(text) ? text : capitalized(text));

/** What ends as it began, with a full stop at least. Pure. */
export const withStop = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** `certificate-refused` as a heading. Pure. */
export const headingOf = (code: string): string => capitalized(code.replaceAll("-", " "));

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** An address is written as it is, wherever it stands. */
const startsWithOrigin = (text: string): boolean => /^[a-z]+:\/\//.test(text);
