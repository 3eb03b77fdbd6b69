import {
  type Channel,
  DEFAULT_LIMITS,
  decodeMessage,
  encodeMessage,
  type Message,
  ProtocolError,
} from "@concordat/protocol";

/** How many frames the consumer gets to see before the network is cut. */
export interface Cut {
  readonly afterFrames?: number;
}

export const cutAfter = (channel: Channel, frames: number): Channel => {
  let left = frames;
  return wrapped(channel, {
    receive: async (options) => {
      left -= 1;
      if (left >= 0) return channel.receive(options);
      const lost = new ProtocolError("connection_lost", "the test cut the network", { blame: "network" });
      await channel.close(lost);
      throw lost;
    },
  });
};

/** Frames from the supplier as `change` makes them: what a partner with a bug would send. */
export const tampered = (channel: Channel, change: (message: Message) => Message): Channel =>
  wrapped(channel, {
    receive: async (options) => {
      const payload = await channel.receive(options);
      if (payload === undefined) return undefined;
      return joined(encodeMessage(change(decodeMessage(payload, "reply", DEFAULT_LIMITS))));
    },
  });

/** Lets the consumer see a message only once `until` has resolved for it. */
export const held = (channel: Channel, until: (message: Message) => Promise<void> | undefined): Channel =>
  wrapped(channel, {
    receive: async (options) => {
      const payload = await channel.receive(options);
      if (payload) await until(decodeMessage(payload, "reply", DEFAULT_LIMITS));
      return payload;
    },
  });

/** What the consumer receives, by message. */
export const observed = (channel: Channel, see: (message: Message) => void): Channel =>
  tampered(channel, (message) => {
    see(message);
    return message;
  });

export const wrapped = (channel: Channel, change: Partial<Channel>): Channel => ({
  partner: channel.partner,
  get traffic() {
    return channel.traffic;
  },
  send: (parts) => channel.send(parts),
  receive: (options) => channel.receive(options),
  close: (reason) => channel.close(reason),
  ...change,
});

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
