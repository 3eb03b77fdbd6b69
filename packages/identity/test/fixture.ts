import { createHash } from "node:crypto";
import { createIdentity, type Identity } from "../src/identity.js";

export const NOW_MS = Date.UTC(2026, 10, 22, 12, 34, 56, 789);

/** Reproducible bytes, never the same twice from one source. */
export const seededBytes = (seed: string): ((length: number) => Uint8Array) => {
  let count = 0;
  return (length) => Uint8Array.from(createHash("sha512").update(`${seed} ${count++}`).digest().subarray(0, length));
};

export const identityOf = (name: string, origin = "repl://localhost:8444", nowMs = NOW_MS): Identity =>
  createIdentity({ origin, nowMs, randomBytes: seededBytes(name) });

/** The code of the IdentityError that `action` throws. Anything else that it throws passes through. */
export const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "IdentityError" && "code" in error) return String(error.code);
    throw error;
  }
};
