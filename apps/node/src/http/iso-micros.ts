/** Microseconds since the Unix epoch as ISO 8601 in UTC, with six decimals: `2026-01-31T12:00:00.000001Z`. */
export const isoMicros = (micros: number): string => {
  const millis = Math.floor(micros / 1_000);
  const rest = String(micros - millis * 1_000).padStart(3, "0");
  return `${new Date(millis).toISOString().slice(0, -1)}${rest}Z`;
};
