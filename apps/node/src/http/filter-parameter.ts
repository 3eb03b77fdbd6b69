import type { Filter } from "./filter/filter.js";
import { FilterError } from "./filter/filter-error.js";
import { parseFilter } from "./filter/parse-filter.js";
import { Problem } from "./problem.js";

/** The filter that a request names. @throws Problem `invalid_filter`, with its position. */
export const filterParameter = (text: string): Filter => {
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new Problem("invalid_filter", error.message, { cause: error, members: { position: error.position } });
  }
};
