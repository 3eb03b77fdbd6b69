import { errorPageOf } from "../../../src/error-page.js";

/** As a page of the book writes it: a code that takes more than a line leads to its own page. */
export const linkedCode = (code: string): string => {
  const page = errorPageOf(code);
  return page === undefined ? `\`${code}\`` : `[\`${code}\`](${page.replace("docs/", "")})`;
};
