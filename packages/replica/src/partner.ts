import type { Channel } from "@concordat/protocol";

/** `mutual-pull`: each side pulls from the other; `pull`: this node only consumes; `allow-pull`: it only supplies. */
export type PartnerType = "mutual-pull" | "pull" | "allow-pull";

export interface PartnerOptions {
  /** Names the partner everywhere: `repl://host:port`. */
  readonly origin: string;
  readonly type: PartnerType;
  /** Opens a connection to the partner, authenticated both ways; rejects with a `ProtocolError`. Unused for `allow-pull`. */
  readonly connect: (signal: AbortSignal) => Promise<Channel>;
  /** Refresh from this partner without asking when only that mends the link. What only this node has is exported first. */
  readonly automaticRefresh: boolean;
}
