import type { Trial } from "./trial.js";

/** One thing that the protocol's page requires, and how it is tried. */
export interface Requirement {
  /** Stable: scripts may name it. */
  readonly id: string;
  /** What the peer is tried as. */
  readonly role: "supplier" | "consumer" | "both";
  /** What the peer does, as a sentence without its subject. */
  readonly sentence: string;
  /** Where `docs/protocol.md` requires it. */
  readonly section: string;
  /** @throws Violation, NotTested. */
  readonly run: (trial: Trial) => Promise<void>;
}

export type Verdict =
  | { readonly outcome: "ok" }
  | { readonly outcome: "failed"; readonly reason: string }
  | { readonly outcome: "not tested"; readonly reason: string };

export type RequirementResult = Pick<Requirement, "id" | "role" | "sentence" | "section"> & Verdict;
