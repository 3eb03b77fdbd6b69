import { type Blame, ProtocolError } from "./protocol-error.js";

/** Bytes or a value that break the format; `shapeError` says to the outside where. Never leaves this package. */
export class Malformed extends Error {
  override readonly name = "Malformed";

  constructor(
    readonly problem: string,
    /** Where in the bytes that are read, if it is bytes that are read. */
    readonly offset?: number,
  ) {
    super(problem);
  }
}

/** Throws `Malformed`. */
export function malformed(problem: string, offset?: number): never {
  throw new Malformed(problem, offset);
}

/** What `error` is to the outside: a `shape` error that says where; anything that is not `Malformed` as it is. */
export const shapeError = (error: unknown, where: () => string, blame: Blame): unknown => {
  if (!(error instanceof Malformed)) return error;
  const place = error.offset === undefined ? "" : ` at byte ${error.offset}`;
  return new ProtocolError("shape", `${where()}: ${error.problem}${place}`, { blame });
};
