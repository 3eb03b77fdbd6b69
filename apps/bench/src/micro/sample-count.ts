/** More sample entries than a cache of the processor holds: a record has about 600 bytes. */
export const SAMPLE_COUNT = 5_000;
