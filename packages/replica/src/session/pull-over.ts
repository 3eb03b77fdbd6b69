import {
  type Channel,
  type Conversation,
  exchangeHello,
  type Hello,
  openConversation,
  type ProtocolLimits,
} from "@concordat/protocol";
import type { ConnectionPeer } from "../certificate-exchange.js";
import type { MetClocks } from "./clock-skew.js";
import { type PullContext, pull } from "./pull.js";
import type { PullOutcome } from "./pull-outcome.js";
import { RememberedRuv } from "./remembered-ruv.js";
import { telling } from "./telling.js";

/** What a pull needs of this replica, whichever connection it goes over. */
export interface PullingContext
  extends Omit<PullContext, "conversation" | "supplier" | "remembered" | "limits" | keyof PullObserver> {
  readonly limits: ProtocolLimits;
  readonly hello: (origin: string) => Hello;
  /** A partner has said hello. */
  readonly onHello: (peer: ConnectionPeer, hello: Hello) => void;
}

/** Is told of what a pull does. */
export type PullObserver = Pick<PullContext, "onBegin" | "onApplied">;

const NOBODY: PullObserver = { onBegin: () => undefined, onApplied: () => undefined };

/** A connection over which the same supplier is pulled from again and again. */
export interface PullSession {
  readonly conversation: Conversation<"consumer">;
  readonly supplier: Hello;
  readonly clocks: MetClocks;
  pull(observer: PullObserver): Promise<PullOutcome>;
}

/** Says hello. @throws ProtocolError as `exchangeHello` does. */
export const openPullSession = async (channel: Channel, context: PullingContext): Promise<PullSession> => {
  const conversation = openConversation(channel, { role: "consumer", limits: context.limits });
  const hello = context.hello(channel.partner);
  const supplier = await exchangeHello(conversation, hello);
  context.onHello(channel, supplier);
  const remembered = new RememberedRuv(context.createHash, context.limits.serversMax);
  return {
    conversation,
    supplier,
    clocks: { oursMicros: hello.clockMicros, theirsMicros: supplier.clockMicros },
    pull: (observer) =>
      telling(conversation, () => pull({ ...context, ...observer, conversation, supplier, remembered })),
  };
};

/** Pulls once over `channel`, and closes it. */
export const pullOver = async (channel: Channel, context: PullingContext): Promise<PullOutcome> => {
  try {
    const session = await openPullSession(channel, context);
    return await session.pull(NOBODY);
  } finally {
    await channel.close();
  }
};
