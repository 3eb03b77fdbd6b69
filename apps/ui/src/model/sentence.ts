/** A message of the node's, which begins small and has no full stop, as a sentence. Pure. */
export const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.?!]?$/, end)}`;

const end = (mark: string): string => mark || ".";

/** `certificate-refused` as a heading. Pure. */
export const headingOf = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll("-", " ");
