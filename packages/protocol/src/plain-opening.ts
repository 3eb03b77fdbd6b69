/** A map of one kind, a register. */
const ONE_REGISTER = Uint8Array.of(0x81, 0xa8, ...new TextEncoder().encode("register"));
/** The openings of a register: with a version, with its value, and with its context. One with siblings opens as an array of 4. */
const BARE = 0x91;
const WITH_CONTEXT = 0x93;

/** Bytes from the start of an attribute's state to the change id of its only register. */
export const PLAIN_OPENING_BYTES = ONE_REGISTER.length + 1;

/** What the state of an attribute that begins at `at` opens as: a single version of a register, with or without what may follow its change id. */
export type PlainOpening = "bare" | "value" | "context" | undefined;

/** `undefined` of any other state: of several kinds, another kind, with siblings. */
export const plainOpening = (bytes: Uint8Array, at: number): PlainOpening => {
  for (let index = 0; index < ONE_REGISTER.length; index += 1)
    if (bytes[at + index] !== ONE_REGISTER[index]) return undefined;
  const parts = bytes[at + ONE_REGISTER.length] as number;
  if (parts < BARE || parts > WITH_CONTEXT) return undefined;
  if (parts === BARE) return "bare";
  return parts === WITH_CONTEXT ? "context" : "value";
};
