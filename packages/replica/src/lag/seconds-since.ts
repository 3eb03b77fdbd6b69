/** From `micros` to `nowMicros`, in seconds to the millisecond; 0 where the other clock is ahead. */
export const secondsSince = (micros: number, nowMicros: number): number =>
  Math.max(0, Math.round((nowMicros - micros) / 1_000)) / 1_000;
