import { readFileSync } from "node:fs";
import { ProtocolError } from "../protocol-error.js";

/* The vectors ship with docs/protocol.md. Those of a released version are never edited. */

/** What one of the files under `vectors/` holds. */
export const vectorFile = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8")) as T;

export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

export const hexOf = (...parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString("hex");

/** The code of the error that `run` blames the peer for. */
export const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError && error.blame === "peer") return error.code;
    throw error;
  }
  return "accepted";
};

/** Hex, or bytes that are repeated, in which `########` stands for the number of the repetition. */
export type Piece = string | { readonly repeat: number; readonly of: string };

export const bytesOfPieces = (pieces: readonly Piece[]): Uint8Array =>
  new Uint8Array(Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? bytesOf(piece) : repeated(piece)))));

const repeated = ({ repeat, of }: Exclude<Piece, string>): Uint8Array => {
  if (!of.includes("########")) return new Uint8Array(Buffer.alloc((repeat * of.length) / 2, of, "hex"));
  const numbered = (_: unknown, index: number): string => of.replace("########", index.toString(16).padStart(8, "0"));
  return bytesOf(Array.from({ length: repeat }, numbered).join(""));
};
