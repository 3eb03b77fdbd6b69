import { randomUuid, type ServerUuid } from "@concordat/crdt";
import type { Channel } from "@concordat/protocol";
import type { Database } from "../database/database.js";
import { foundingOf } from "../database/own-history.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { onAbort } from "../on-abort.js";
import type { Log } from "../ports/log.js";
import type { Random } from "../ports/random.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { Turn } from "../turn.js";
import { type CommonHistoryContext, commonHistoryUntil } from "./common-history.js";
import type { ForkEvidence } from "./fork-evidence.js";
import { type ForkHealing, healFork } from "./heal-fork.js";

export interface HealingContext extends CommonHistoryContext {
  readonly turn: Turn;
  readonly random: Random;
  readonly log: Log;
  readonly database: () => Database;
  /** Makes `database`, the same under another identity, the one that is served. Within the writer's turn. */
  readonly adopt: (database: Database) => void;
  /** This replica has another server uuid. */
  readonly onHealed: () => void;
  readonly closing: AbortSignal;
}

/** Who has shown that this replica's history is one of two. */
export interface ForkWitness {
  readonly origin: string;
  readonly evidence: ForkEvidence;
  /** Opens a connection of its own to the witness, to compare the histories; `undefined` when there is no way to it. */
  readonly connect: ((signal: AbortSignal) => Promise<Channel>) | undefined;
}

/** When the histories parted. */
type Parting = Pick<ForkHealing, "after" | "isGuess">;

/** Gives this replica another server uuid when its history turns out to be one of two. Model, section 6. */
export class Healing {
  readonly #context: HealingContext;
  /** Of each origin that showed this replica's own server uuid, the one that it was told was its own since. */
  readonly #renamedFor = new Map<string, ServerUuid>();
  /** How often each origin has been believed. */
  readonly #healedFor = new Map<string, number>();

  constructor(context: HealingContext) {
    this.#context = context;
  }

  /**
   * Heals what `witness` has shown. Resolves to whether this replica goes on under another uuid; `false` when the witness is this
   * very replica, met through its own address, when nothing is known of where the histories parted, or when the witness has shown
   * the like too often: a server uuid that was drawn a moment ago has no second history, whatever a partner says.
   *
   * The histories are compared before the writer's turn is taken: nobody waits for a partner.
   *
   * @throws ProtocolError when the histories could not be compared: nothing has changed, and the next meeting tries again.
   */
  async heal(witness: ForkWitness): Promise<boolean> {
    const { turn, onHealed } = this.#context;
    const { server, kind } = witness.evidence;
    if (kind === "same-server" && this.#renamedFor.get(witness.origin) === server) return false;
    const healedBefore = this.#healedFor.get(witness.origin) ?? 0;
    if (healedBefore >= REPLICA_LIMITS.forksHealedPerPartnerMax) return false;
    const found = this.#context.database();
    // Another witness was heard first.
    if (found.serverUuid !== server) return true;
    const parting = await this.#partingOf(witness, found);
    if (parting === undefined) return false;
    await turn.run(async () => {
      if (this.#context.database() === found) await this.#renew(found, parting, witness);
    });
    this.#healedFor.set(witness.origin, healedBefore + 1);
    onHealed();
    return true;
  }

  /** Takes another server uuid, and goes on from here: for a database that was restored, and has not written since. */
  async renew(): Promise<ServerUuid> {
    const { turn, database, onHealed } = this.#context;
    await turn.run(() => this.#renew(database(), { after: Number.MAX_SAFE_INTEGER, isGuess: false }, undefined));
    onHealed();
    return database().serverUuid;
  }

  /** `undefined` when nothing is known. */
  async #partingOf({ connect, evidence }: ForkWitness, found: Database): Promise<Parting | undefined> {
    if (evidence.oursMicros === 0) return { after: 0, isGuess: false };
    const agreed = found.agreedMicros(evidence.partner);
    // Without the founding of the domain in common, those who know of nothing else would be of another topology.
    const founded = (await foundingOf(found))?.lineage.at ?? 0;
    const within = { after: Math.max(agreed, founded), before: evidence.partedBeforeMicros };
    const after = await this.#compare(connect, found, within);
    if (after !== undefined) return { after, isGuess: false };
    return agreed > 0 ? { after: agreed, isGuess: true } : undefined;
  }

  async #compare(
    connect: ForkWitness["connect"],
    found: Database,
    within: { readonly after: number; readonly before: number },
  ): Promise<number | undefined> {
    if (connect === undefined) return undefined;
    const { closing } = this.#context;
    const channel = await connect(closing);
    const release = onAbort(closing, () => void channel.close());
    try {
      return await commonHistoryUntil(this.#context, channel, found, within);
    } finally {
      release();
      await channel.close();
    }
  }

  async #renew(found: Database, parting: Parting, witness: ForkWitness | undefined): Promise<void> {
    const { after } = parting;
    const { random, log, adopt } = this.#context;
    const from = found.serverUuid;
    const to = randomUuid<ServerUuid>(random.bytes(16));
    const spread = found.agreedBeyond(after);
    const commitName = random.bytes(COMMIT_NAME_BYTES);
    const { renamed, entries } = await healFork(found, { ...parting, to, commitName });
    adopt(renamed);
    if (witness === undefined) {
      log.info("server_uuid_renewed", `goes on as server ${to}, no longer as ${from}`, { from, to });
      return;
    }
    const { origin, evidence } = witness;
    if (evidence.kind === "same-server") this.#renamedFor.set(origin, to);
    log.warn(
      "fork_healed",
      `the database went back in time, or was copied, as ${origin} has shown: it goes on as server ${to}, and announces ${entries} entries anew that it had changed since`,
      { origin, from, to, entries, afterMicros: after },
    );
    if (spread.length > 0) {
      log.warn(
        "fork_spread",
        "partners had pulled changes that are announced anew: run refresh-replication-consumer on them, since of the other history they may lack some",
        { servers: spread },
      );
    }
  }
}
