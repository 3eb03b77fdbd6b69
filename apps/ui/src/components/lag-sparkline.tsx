import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { LagHistory } from "../model/lag-history.js";

const SIZE = { width: 120, height: 28 } as const;
/** The left end: a line that has just begun is drawn where it is, not stretched over the whole width. */
const WINDOW_MS = 5 * 60_000;
/** A lag below this is drawn low: noise must not look like trouble. */
const SCALE_MIN_MS = 2_000;

/** The course of a lag, without axes: the figures stand beside it, and in `label` for who cannot see it. */
export const LagSparkline = ({ history, label }: { readonly history: LagHistory; readonly label: string }) => {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    if (place.current === null) return;
    const drawn = createPlot(place.current);
    plot.current = drawn;
    // Its colours come from the style sheet, which follows the scheme.
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = (): void => drawn.redraw();
    scheme.addEventListener("change", redraw);
    return () => {
      scheme.removeEventListener("change", redraw);
      drawn.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(dataOf(history)), [history]);
  return <div class="sparkline" ref={place} role="img" aria-label={label} />;
};

const dataOf = ({ atMs, lagMs }: LagHistory): uPlot.AlignedData => [[...atMs], [...lagMs]];

const createPlot = (place: HTMLElement): uPlot => {
  const colour = (name: string) => (): string => getComputedStyle(place).getPropertyValue(name);
  return new uPlot(
    {
      ...SIZE,
      padding: [2, 1, 2, 1],
      cursor: { show: false },
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false, range: (_, __, newestMs) => [newestMs - WINDOW_MS, newestMs] },
        y: { range: (_, __, highestMs) => [0, Math.max(SCALE_MIN_MS, highestMs ?? 0)] },
      },
      series: [{}, { stroke: colour("--line"), fill: colour("--line-fill"), width: 1.25, points: { show: false } }],
    },
    [[], []],
    place,
  );
};
