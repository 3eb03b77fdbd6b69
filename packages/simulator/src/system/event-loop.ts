/** Resolves once every promise that is ready has run: what has not happened then waits for an event of the simulation. */
export const quiescence = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
