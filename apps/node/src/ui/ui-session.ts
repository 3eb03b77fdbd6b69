import { createHash, timingSafeEqual } from "node:crypto";

export interface UiSessionOptions {
  /** Unguessable text, another one at each call. */
  readonly randomSecret: () => string;
  readonly startedAtMs: number;
}

/** A link that nobody opened is worth nothing after this. */
export const TOKEN_AGE_MAX_MS = 10 * 60_000;
/** A page that is open asks each second; one that is closed loses its session. */
export const SESSION_IDLE_MAX_MS = 15 * 60_000;
/** After this, whoever is still there opens a new link. */
export const SESSION_AGE_MAX_MS = 12 * 3_600_000;

/** What lets one browser in: the token of the link buys one session, once. */
export class UiSession {
  /** For the link. */
  readonly token: string;
  readonly #secret: string;
  readonly #tokenExpiresAtMs: number;
  #startedAtMs: number | undefined;
  #usedAtMs = 0;

  constructor({ randomSecret, startedAtMs }: UiSessionOptions) {
    this.token = randomSecret();
    this.#secret = randomSecret();
    this.#tokenExpiresAtMs = startedAtMs + TOKEN_AGE_MAX_MS;
  }

  /** @returns the session's secret, for its cookie; nothing for a token that is wrong, too old, or was used before. */
  exchange(token: string, nowMs: number): string | undefined {
    if (this.#startedAtMs !== undefined || nowMs > this.#tokenExpiresAtMs) return undefined;
    if (!isSame(token, this.token)) return undefined;
    this.#startedAtMs = nowMs;
    this.#usedAtMs = nowMs;
    return this.#secret;
  }

  /** Whether the cookie is the session's, and the session still on; if so, it stays on. */
  accepts(secret: string, nowMs: number): boolean {
    if (this.#startedAtMs === undefined || !isSame(secret, this.#secret)) return false;
    if (nowMs - this.#startedAtMs > SESSION_AGE_MAX_MS || nowMs - this.#usedAtMs > SESSION_IDLE_MAX_MS) return false;
    this.#usedAtMs = nowMs;
    return true;
  }
}

/** Takes as long whatever the two have in common. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
