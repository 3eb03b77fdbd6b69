import { type Asking, type AskingOptions, expectRefusal } from "./asking.js";
import { framed } from "./frame.js";
import type { Trial } from "./trial.js";

/** A conversation with the peer as supplier, for as long as `use` takes. */
export const withAsking = async <T>(
  trial: Trial,
  use: (asking: Asking) => Promise<T>,
  options?: AskingOptions,
): Promise<T> => {
  const asking = await trial.ask(options);
  try {
    return await use(asking);
  } finally {
    await asking.end();
  }
};

/** Says `bytes`, which need not be a frame, and expects the end of the connection, with one of `codes` if any. */
export const expectBytesRefused = (
  trial: Trial,
  bytes: Uint8Array,
  what: string,
  ...codes: readonly string[]
): Promise<void> =>
  withAsking(trial, async ({ connection }) => {
    await connection.write(bytes);
    await expectRefusal(connection, what, ...codes);
  });

/** As `expectBytesRefused`, of a payload. */
export const expectPayloadRefused = (
  trial: Trial,
  payload: Uint8Array,
  what: string,
  ...codes: readonly string[]
): Promise<void> => expectBytesRefused(trial, framed(payload), what, ...codes);
