import { type Entry, type EntryPage, type ListOptions, type Replica, ReplicaError } from "@concordat/replica";
import type { Filter } from "./filter/filter.js";
import { planFilter } from "./filter/filter-plan.js";
import { filterPredicate } from "./filter/filter-predicate.js";

/** Reads pages of the entries that `filter` accepts, in the order of their uuids: out of an index where one has them. */
export const entryPages = (
  replica: Replica,
  filter: Filter | undefined,
): ((options: ListOptions) => Promise<EntryPage>) => {
  if (filter === undefined) return (options) => replica.list(options);
  const accepts = filterPredicate(filter);
  const accepted = ({ attributes }: Entry): boolean => accepts(attributes);
  return async (options) => {
    const plan = planFilter(filter, replica.schema);
    if (plan.kind === "scan") return replica.list({ ...options, filter: accepted });
    const { attribute, value } = plan;
    try {
      return await replica.find({ ...options, attribute, value, filter: accepted });
    } catch (error) {
      // The schema that indexed it is no more, or its index could not be made: the answer is the same, and takes longer.
      if (!(error instanceof ReplicaError && error.code === "not_indexed")) throw error;
      return replica.list({ ...options, filter: accepted });
    }
  };
};
