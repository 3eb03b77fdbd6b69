import { setImmediate } from "node:timers/promises";

/** Lets everything that is ready run, some turns of the event loop over: what has not happened then waits for something. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
};
