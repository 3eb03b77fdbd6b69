import { formatBytes, formatCount } from "./quantity.js";
import type { Terminal } from "./terminal.js";

/** How far a long job is. The totals may be estimates, and unknown. */
export interface Progress {
  readonly entries: number;
  readonly entriesTotal: number | undefined;
  /** `undefined` where they say nothing. */
  readonly bytes: number | undefined;
  readonly bytesTotal: number | undefined;
}

export interface ProgressReport {
  update(progress: Progress): void;
  /** Leaves the last state standing. */
  finish(): void;
}

const BAR_CELLS_MAX = 28;
const DRAW_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 3_000;
/** Earlier, a rate says more of the start than of the job. */
const RATE_AFTER_MS = 500;

/** On a terminal a bar that is drawn in place; else a line every three seconds, or nothing with `--json`. */
export const reportProgress = (terminal: Terminal, label: string): ProgressReport => {
  if (terminal.drawsProgress) return drawnBar(terminal, label);
  return terminal.json ? SILENT : plainLines(terminal, label);
};

const SILENT: ProgressReport = { update: () => {}, finish: () => {} };

const drawnBar = (terminal: Terminal, label: string): ProgressReport => {
  const startedAtMs = performance.now();
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let latest: Progress | undefined;
  const draw = (progress: Progress): void => {
    const elapsedMs = performance.now() - startedAtMs;
    terminal.draw(`\r\u001b[2K${progressLine(label, progress, elapsedMs, terminal.columns)}`);
  };
  return {
    update: (progress) => {
      latest = progress;
      if (performance.now() - drawnAtMs < DRAW_INTERVAL_MS) return;
      drawnAtMs = performance.now();
      draw(progress);
    },
    finish: () => {
      if (latest === undefined) return;
      draw(latest);
      terminal.draw("\n");
    },
  };
};

const plainLines = (terminal: Terminal, label: string): ProgressReport => {
  const startedAtMs = performance.now();
  let saidAtMs = startedAtMs;
  return {
    update: (progress) => {
      const nowMs = performance.now();
      if (nowMs - saidAtMs < LINE_INTERVAL_MS) return;
      saidAtMs = nowMs;
      terminal.say(`${label}: ${describe(progress, nowMs - startedAtMs)}`);
    },
    finish: () => {},
  };
};

/** One line of at most `columns - 1` characters: a longer one would wrap, and could not be drawn over. Pure. */
export const progressLine = (label: string, progress: Progress, elapsedMs: number, columns: number): string => {
  const text = describe(progress, elapsedMs);
  const room = columns - 1;
  const cells = Math.min(BAR_CELLS_MAX, room - label.length - text.length - PERCENT.length - 3);
  const share = shareOf(progress);
  const bar = share === undefined || cells < 1 ? "" : `${barOf(share, cells)} `;
  return `${label} ${bar}${text}`.slice(0, room);
};

const PERCENT = "100 %";

const barOf = (share: number, cells: number): string => {
  const filled = Math.round(cells * share);
  const percent = `${Math.floor(share * 100)} %`.padStart(PERCENT.length);
  return `${"█".repeat(filled)}${"░".repeat(cells - filled)} ${percent}`;
};

const shareOf = ({ entries, entriesTotal, bytes, bytesTotal }: Progress): number | undefined => {
  if (entriesTotal) return Math.min(1, entries / entriesTotal);
  return bytesTotal && bytes !== undefined ? Math.min(1, bytes / bytesTotal) : undefined;
};

const describe = ({ entries, entriesTotal, bytes, bytesTotal }: Progress, elapsedMs: number): string => {
  const entriesText = `${formatCount(entries)}${entriesTotal ? ` of ${formatCount(entriesTotal)}` : ""} entries`;
  const bytesText =
    bytes === undefined ? "" : ` · ${formatBytes(bytes)}${bytesTotal ? ` of ${formatBytes(bytesTotal)}` : ""}`;
  const rate = elapsedMs > RATE_AFTER_MS ? ` · ${formatCount(Math.round((entries / elapsedMs) * 1_000))}/s` : "";
  return `${entriesText}${bytesText}${rate}`;
};
