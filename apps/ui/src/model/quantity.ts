const COUNT = new Intl.NumberFormat("en-US");

/** `138,398`. */
export const formatCount = (count: number): string => COUNT.format(count);

/** `1 entry`, `2 entries`. */
export const formatEntries = (count: number): string => `${formatCount(count)} ${count === 1 ? "entry" : "entries"}`;

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `58.3 MiB`. */
export const formatBytes = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`;
};

/** `0 s`, `0.4 s`, `12 s`, `3 min`, `5 h`, `12 d`: one unit; tenths below ten seconds, where they are what one looks for. */
export const formatDuration = (ms: number): string => {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 0.05) return "0 s";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${formatCount(Math.floor(seconds / 86_400))} d`;
};

/** `12 s ago`; `now` for what is less than a second old. */
export const formatAge = (at: string, nowMs: number): string => {
  const ageMs = nowMs - Date.parse(at);
  return ageMs < 1_000 ? "now" : `${formatDuration(Math.max(ageMs, 1_000)).replace(/\.\d/, "")} ago`;
};

/** `2026-11-27 14:03:21`, in UTC like every time that the command line prints. */
export const formatTime = (at: string): string => at.slice(0, 19).replace("T", " ");
