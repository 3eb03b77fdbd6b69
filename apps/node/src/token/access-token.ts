import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What a token allows, each more than the one before it. */
export const TOKEN_SCOPES = ["monitor", "read", "write"] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** What is kept of a token: enough to recognise it, nothing to make it from. */
export interface TokenRecord {
  readonly name: string;
  readonly scope: TokenScope;
  readonly sha256: string;
  /** ISO 8601, as the next one. */
  readonly createdAt: string;
  /** Left out for a token that never expires. */
  readonly expiresAt?: string;
}

const TOKEN = /^concordat_([a-z0-9][a-z0-9-]{0,62})\.[A-Za-z0-9_-]{43}$/;
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SECRET_BYTES = 32;

export const isTokenName = (name: string): boolean => NAME.test(name);

export const isTokenScope = (text: string): text is TokenScope => (TOKEN_SCOPES as readonly string[]).includes(text);

/** `concordat_<name>.<256 random bits>`: the prefix lets scanners of leaked secrets know it. */
export const createToken = (name: string): string =>
  `concordat_${name}.${randomBytes(SECRET_BYTES).toString("base64url")}`;

/** The name that a token carries; `undefined` for text that is no token. */
export const tokenName = (token: string): string | undefined => TOKEN.exec(token)?.[1];

/** A fast hash is enough: nobody guesses 256 random bits, and a slow one would only slow down the node. */
export const tokenSha256 = (token: string): string => createHash("sha256").update(token).digest("hex");

/** In a time that does not depend on where the two differ. */
export const isTokenOf = (token: string, { sha256 }: TokenRecord): boolean =>
  timingSafeEqual(Buffer.from(tokenSha256(token), "hex"), Buffer.from(sha256, "hex"));

export const isExpired = ({ expiresAt }: Pick<TokenRecord, "expiresAt">, nowMs: number): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;

/** Whether `scope` covers what `needed` names. */
export const allows = (scope: TokenScope, needed: TokenScope): boolean =>
  TOKEN_SCOPES.indexOf(scope) >= TOKEN_SCOPES.indexOf(needed);
