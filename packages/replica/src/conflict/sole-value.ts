import type { ShownNamed, ValueBytes } from "@concordat/crdt";
import { ReplicaError } from "../replica-error.js";

/**
 * The one value of a user's kind, to be written elsewhere as it is. Several can be joined by whoever knows the kind alone, and one
 * change writes one.
 *
 * @throws ReplicaError `unknown_merge_kind`.
 */
export const soleValue = (attribute: string, { kind, values }: ShownNamed): ValueBytes => {
  const [value, ...others] = values;
  if (others.length === 0) return value;
  throw new ReplicaError(
    "unknown_merge_kind",
    `attribute ${JSON.stringify(attribute)} holds ${values.length} values of the merge kind ${kind}, which is not known here, so that they cannot be joined into one: settle the conflict where it is known, or keep the winner`,
  );
};
