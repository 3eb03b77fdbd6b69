/** Calls by name, and what is to be done when the process ends. */
export interface Subject {
  readonly methods: Readonly<Record<string, (argument: never) => unknown>>;
  readonly end?: () => Promise<void>;
}
