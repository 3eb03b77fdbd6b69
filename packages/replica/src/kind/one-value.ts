import type { ShownNamed, ValueBytes } from "@concordat/crdt";
import { ReplicaError } from "../replica-error.js";
import { encodedValue, joinedValue } from "./joined-value.js";
import type { DefinedKind } from "./merge-kind.js";

/**
 * What stands in an attribute of a user's kind as one value, to be written elsewhere: the only one as it is, several joined, which
 * takes `known`, the kind as the schema says it of the attribute.
 *
 * @throws ReplicaError `unknown_merge_kind`.
 */
export const oneValue = (
  attribute: string,
  { kind, values }: ShownNamed,
  known: DefinedKind | undefined,
): ValueBytes => {
  const [value, ...others] = values;
  if (others.length === 0) return value;
  if (known?.name === kind) return encodedValue(known, joinedValue(known, values));
  throw new ReplicaError(
    "unknown_merge_kind",
    `attribute ${JSON.stringify(attribute)} holds ${values.length} values of the merge kind ${kind}, which is not known here, so that they cannot be joined into one: settle the conflict where it is known, or keep the winner`,
  );
};
