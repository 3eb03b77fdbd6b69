import fc from "fast-check";

/** A failing property prints its seed; `FC_SEED=… npx vitest run` repeats it. */
if (process.env.FC_SEED !== undefined) fc.configureGlobal({ seed: Number(process.env.FC_SEED) });
