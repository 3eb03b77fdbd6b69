import type { Item, Scalar } from "./item.js";
import { array, binaryOf, boolean, integer, map, NIL, text } from "./message-pack.js";

/** `item` written again, with what `replace` gives in place of a scalar; of numbers, integers from 0 on alone. */
export const rewritten = (item: Item, replace: (scalar: Scalar) => Uint8Array | undefined): Uint8Array => {
  if (item.kind === "array") return array(...item.items.map((one) => rewritten(one, replace)));
  if (item.kind === "map") {
    const pairs = Array.from({ length: item.items.length / 2 }, (_, index) => {
      const [key, value] = item.items.slice(2 * index, 2 * index + 2) as [Scalar, Item];
      return [key.value as string, rewritten(value, replace)] as const;
    });
    return map(...pairs);
  }
  return replace(item as Scalar) ?? written(item as Scalar);
};

const written = ({ kind, value }: Scalar): Uint8Array => {
  if (kind === "nil") return NIL;
  if (kind === "boolean") return boolean(value as boolean);
  if (kind === "integer") return integer(value as number);
  return kind === "text" ? text(value as string) : binaryOf(value as string);
};
