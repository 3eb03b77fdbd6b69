import { randomBytes } from "node:crypto";
import {
  adoptSuccessor,
  announceSuccessor,
  certificateValidity,
  discardSuccessor,
  type Identity,
  loadOrCreateSuccessor,
  loadSuccessor,
  type SuccessorAnnouncement,
} from "@concordat/identity";
import type { Logger } from "../log/logger.js";
import { decideSwitch, isRenewalDue, type SwitchDecision } from "./renewal-decision.js";

export interface RenewalContext {
  readonly directory: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Origins of the configured partners. */
  readonly partners: () => readonly string[];
}

/** What follows from a step. */
export interface RenewalEffects {
  /** New connections show this identity from now on. */
  readonly show: (identity: Identity) => void;
  /** Has a partner hear of it; `both`: with every connection, also with those that it opened itself. */
  readonly sayHelloAgain: (origin: string, options?: { readonly both: boolean }) => void;
}

/** How far the node is with going over to another certificate. */
export interface RenewalProgress extends SwitchDecision {
  readonly successor: Identity["certificate"];
}

interface Successor {
  readonly identity: Identity;
  readonly announcement: SuccessorAnnouncement;
}

const TICK_MS = 60_000;

/**
 * This node's identity, and the way to the next one: made and kept beside it, announced to the partners with the old key, and taken
 * once they have it. One step after the other.
 */
export class Renewal {
  readonly #context: RenewalContext;
  #effects: RenewalEffects = { show: () => undefined, sayHelloAgain: () => undefined };
  /** So long before the certificate expires the node renews it by itself; `undefined`: never. */
  renewBeforeMs: number | undefined;
  #identity: Identity;
  #successor: Successor | undefined;
  /** Who accepts the successor. */
  readonly #having = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  private constructor(context: RenewalContext, identity: Identity) {
    this.#context = context;
    this.#identity = identity;
  }

  /** @param identity the one that is kept in the directory. */
  static async open(context: RenewalContext, identity: Identity): Promise<Renewal> {
    const renewal = new Renewal(context, identity);
    const kept = await loadSuccessor(context.directory);
    if (kept) renewal.#announce(kept);
    return renewal;
  }

  /** What connections show now. */
  get identity(): Identity {
    return this.#identity;
  }

  /** For the hello of connections that show `identity`. */
  get announcement(): SuccessorAnnouncement | undefined {
    return this.#successor?.announcement;
  }

  /** `undefined` while none is on its way. */
  get progress(): RenewalProgress | undefined {
    const successor = this.#successor;
    return successor && { ...this.#decide(successor), successor: successor.identity.certificate };
  }

  /** Looks now, and every minute, whether there is something to do. */
  start(effects: RenewalEffects): void {
    this.#effects = effects;
    this.#look();
    this.#timer = setInterval(() => this.#look(), TICK_MS);
    this.#timer.unref();
  }

  /** Resolves when no step runs any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
  }

  /** Begins a renewal unless one is on its way; goes over at once where nobody has to be waited for, or `now` says so. */
  renew({ now }: { readonly now: boolean }): Promise<void> {
    return this.#inTurn(async () => {
      await this.#dropInvalid(this.#context.nowMs());
      if (this.#successor === undefined) await this.#begin();
      if (now) await this.#switchOver("told-to");
      else await this.#switchWhenDecided();
    });
  }

  /** What the partner accepts of this node, as SHA-256 of the DER. */
  noteAccepted(origin: string, accepted: readonly Uint8Array[]): void {
    if (this.#successor === undefined) return;
    const { fingerprintSha256 } = this.#successor.identity.certificate;
    const wanted = fingerprintSha256.replaceAll(":", "").toLowerCase();
    const isAmong = accepted.some((digest) => Buffer.from(digest).toString("hex") === wanted);
    if (isAmong === this.#having.has(origin)) return;
    if (!isAmong) {
      this.#having.delete(origin);
      return;
    }
    this.#having.add(origin);
    this.#context.logger.info(
      { event: "certificate_successor_accepted", origin, fingerprintSha256 },
      `${origin} has this node's next certificate`,
    );
    this.#look();
  }

  #look(): void {
    void this.#inTurn(async () => {
      const nowMs = this.#context.nowMs();
      await this.#dropInvalid(nowMs);
      if (this.#successor === undefined && isRenewalDue(this.#identity.certificate, this.renewBeforeMs, nowMs))
        await this.#begin();
      await this.#switchWhenDecided();
    }).catch((err: unknown) =>
      this.#context.logger.error(
        { event: "certificate_renewal_failed", err },
        "the certificate could not be renewed; the current one stays, and it is tried again by itself",
      ),
    );
  }

  /** Made by a clock that was wrong, or long ago: no partner would take it. */
  async #dropInvalid(nowMs: number): Promise<void> {
    const certificate = this.#successor?.identity.certificate;
    if (certificate === undefined || certificateValidity(certificate, nowMs).kind === "valid") return;
    await discardSuccessor(this.#context.directory);
    this.#successor = undefined;
  }

  async #begin(): Promise<void> {
    const { directory, logger, nowMs, partners } = this.#context;
    const identity = await loadOrCreateSuccessor(directory, this.#identity, { nowMs: nowMs(), randomBytes });
    this.#announce(identity);
    const { fingerprintSha256 } = identity.certificate;
    logger.info(
      { event: "certificate_renewal_begun", fingerprintSha256, partners: partners() },
      `the next certificate, ${fingerprintSha256}, is announced to the partners; this node goes over to it when they have it`,
    );
    for (const origin of partners()) this.#effects.sayHelloAgain(origin);
  }

  #announce(identity: Identity): void {
    this.#successor = { identity, announcement: announceSuccessor(this.#identity, identity.certificate) };
    this.#having.clear();
  }

  async #switchWhenDecided(): Promise<void> {
    const decision = this.#successor && this.#decide(this.#successor);
    if (decision && decision.kind !== "wait") await this.#switchOver(decision.kind);
  }

  #decide({ identity }: Successor): SwitchDecision {
    const { nowMs, partners } = this.#context;
    const states = { all: partners(), having: this.#having };
    return decideSwitch(this.#identity.certificate, identity.certificate, states, nowMs());
  }

  async #switchOver(why: Exclude<SwitchDecision["kind"], "wait"> | "told-to"): Promise<void> {
    const successor = this.#successor;
    if (successor === undefined) return;
    const { directory, logger, partners } = this.#context;
    const without = this.#decide(successor).waitingFor;
    await adoptSuccessor(directory);
    this.#identity = successor.identity;
    this.#successor = undefined;
    this.#effects.show(this.#identity);
    const { fingerprintSha256 } = this.#identity.certificate;
    logger.info(
      { event: "certificate_renewed", fingerprintSha256, why, without },
      without.length === 0
        ? `shows the certificate ${fingerprintSha256} from now on; every partner has it`
        : `shows the certificate ${fingerprintSha256} from now on; ${without.join(", ")} did not hear of it: put what show-replication-certificate prints here into the server.toml there`,
    );
    // Who has it comes by itself, and without a break, once it has seen it; the others are to notice.
    for (const origin of partners()) this.#effects.sayHelloAgain(origin, { both: without.includes(origin) });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
