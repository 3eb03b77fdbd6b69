import { isExpired, isTokenOf, type TokenRecord, tokenName } from "./access-token.js";
import type { TokenDirectory } from "./token-directory.js";

export type TokenVerdict =
  | { readonly kind: "valid"; readonly record: TokenRecord }
  | { readonly kind: "expired"; readonly name: string; readonly expiresAt: string }
  | { readonly kind: "unknown" };

/** How long a token is believed without another look at its file: so long may a revoked one go on. */
const BELIEVED_MS = 1_000;
const USE_NOTED_EVERY_MS = 60_000;

/** Tells what a token is good for. It remembers what it read for a second, and notes uses by the minute. */
export class TokenCheck {
  readonly #seen = new Map<string, { readonly record: TokenRecord; readonly atMs: number }>();
  readonly #notedAtMs = new Map<string, number>();

  constructor(
    private readonly directory: TokenDirectory,
    private readonly nowMs: () => number,
    /** Told why a use could not be noted; requests do not fail for it. */
    private readonly onNoteFailed: (error: unknown) => void,
  ) {}

  async check(token: string): Promise<TokenVerdict> {
    const name = tokenName(token);
    if (name === undefined) return UNKNOWN;
    const record = await this.#find(name);
    if (record === undefined || !isTokenOf(token, record)) return UNKNOWN;
    const nowMs = this.nowMs();
    if (isExpired(record, nowMs)) return { kind: "expired", name, expiresAt: record.expiresAt ?? "" };
    this.#noteUse(name, nowMs);
    return { kind: "valid", record };
  }

  async #find(name: string): Promise<TokenRecord | undefined> {
    const nowMs = this.nowMs();
    const seen = this.#seen.get(name);
    if (seen !== undefined && Math.abs(nowMs - seen.atMs) < BELIEVED_MS) return seen.record;
    this.#seen.delete(name);
    const record = await this.directory.find(name);
    // Only what exists is remembered, so that made-up names take no room.
    if (record !== undefined) this.#seen.set(name, { record, atMs: nowMs });
    return record;
  }

  #noteUse(name: string, nowMs: number): void {
    const notedAtMs = this.#notedAtMs.get(name);
    if (notedAtMs !== undefined && Math.abs(nowMs - notedAtMs) < USE_NOTED_EVERY_MS) return;
    this.#notedAtMs.set(name, nowMs);
    void this.directory.noteUse(name, new Date(nowMs)).catch(this.onNoteFailed);
  }
}

const UNKNOWN: TokenVerdict = { kind: "unknown" };
