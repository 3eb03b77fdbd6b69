/** `138,398`: the same on every machine, whatever its locale. */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** `1 entry`, `2 entries`. */
export const formatEntries = (count: number): string => `${formatCount(count)} ${count === 1 ? "entry" : "entries"}`;

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `58.3 MiB`. */
export const formatBytes = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${amount.toFixed(power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`;
};

/** `4 s`, `3 min`, `5 h`, `12 d`: one unit, rounded down. */
export const formatDuration = (ms: number): string => {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
};
