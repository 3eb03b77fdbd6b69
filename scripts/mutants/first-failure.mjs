import fc from "fast-check";

// Whether a property fails is all that is asked: a small counterexample is not looked for.
fc.configureGlobal({ endOnFailure: true, seed: Number(process.env.FC_SEED) });
