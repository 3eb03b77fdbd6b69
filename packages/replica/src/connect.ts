import { type Channel, channelPair } from "@concordat/protocol";
import type { Replica } from "./replica.js";

/** Ends the connection between two replicas of one process. */
export interface Connection {
  disconnect(): void;
}

/**
 * Links two replicas of one process over in-memory channels that carry the wire's own messages: each pulls from the
 * other, at once when there is something new. A side that is still empty takes over the other's content first.
 *
 * Replaces the partners that either has.
 */
export const connect = (left: Replica, right: Replica): Connection => {
  const isEmpty = (replica: Replica): boolean => replica.status().totals.liveEntries === 0;
  const link = (from: Replica, to: Replica, fromName: string, toName: string, automaticRefresh: boolean): void => {
    const open = async (): Promise<Channel> => {
      const [near, far] = channelPair({ partners: [toName, fromName] });
      void to.accept(far);
      return near;
    };
    from.setPartners([{ origin: toName, type: "mutual-pull", connect: open, automaticRefresh }]);
  };
  link(left, right, "repl://left", "repl://right", isEmpty(left) && !isEmpty(right));
  link(right, left, "repl://right", "repl://left", isEmpty(right));
  return {
    disconnect: () => {
      left.setPartners([]);
      right.setPartners([]);
    },
  };
};
