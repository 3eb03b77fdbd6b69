import type { ShownNamed, Value, ValueBytes } from "@concordat/crdt";
import { encodeValue, readValue } from "@concordat/protocol";
import type { DefinedKind } from "./merge-kind.js";

/** What the versions that stand in an attribute amount to. Throws what the kind's `decode` and `join` do. */
export const joinedValue = <T>(kind: DefinedKind<T>, values: ShownNamed["values"]): T =>
  values.map((bytes) => kind.decode(readValue(bytes))).reduce((left, right) => kind.join(left, right));

/** What `kind` encodes a value of its own to. */
export const encodedValue = <T>(kind: DefinedKind<T>, value: T): ValueBytes => encodeValue(kind.encode(value));

/** What readers see of them, or why there is nothing to see: whatever a partner has sent, an entry is to be read. */
export const readNamed = (
  kind: DefinedKind,
  values: ShownNamed["values"],
): { readonly value: Value } | { readonly problem: string } => {
  try {
    return { value: kind.show(joinedValue(kind, values)) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};
