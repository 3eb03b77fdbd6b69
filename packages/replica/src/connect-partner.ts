import { type Channel, ProtocolError } from "@concordat/protocol";
import { onAbort } from "./on-abort.js";
import type { PartnerOptions } from "./partner.js";

/**
 * Opens a connection to the partner, unless `signal` aborts first: then nobody waits for it, and one that comes too
 * late is closed.
 *
 * @throws ProtocolError `closed`, and as `connect` rejects.
 */
export const connectPartner = async ({ connect, origin }: PartnerOptions, signal: AbortSignal): Promise<Channel> => {
  if (signal.aborted) throw givenUp(origin);
  const connecting = connect(signal);
  let release = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    release = onAbort(signal, () => reject(givenUp(origin)));
  });
  try {
    return await Promise.race([connecting, aborted]);
  } catch (error) {
    connecting.then(
      (channel) => channel.close(),
      () => undefined,
    );
    throw error;
  } finally {
    release();
  }
};

const givenUp = (origin: string): ProtocolError =>
  new ProtocolError("closed", `the connection to ${origin} is not wanted any more`, { blame: "caller" });
