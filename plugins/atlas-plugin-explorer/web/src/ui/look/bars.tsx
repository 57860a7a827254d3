/** A histogram as a picture: all, and before them those that are selected, each as high as their own most. */

import type { JSX } from "preact";

interface BarsProps {
  readonly counts: ArrayLike<number>;
  readonly selected: ArrayLike<number> | null;
  /** The colour of each bar; all alike without. */
  readonly colors?: readonly string[];
  readonly height: number;
}

export function Bars({ counts, selected, colors, height }: BarsProps): JSX.Element {
  const bins = counts.length;
  const all = heights(counts, height);
  const some = selected === null ? all : heights(selected, height);
  return (
    <svg class="bars" viewBox={`0 0 ${bins} ${height}`} preserveAspectRatio="none" aria-hidden="true" style={{ height: `${height}px` }}>
      <path class={selected === null ? "bars-all" : "bars-all behind"} d={path(all, height)} />
      {selected !== null && colors === undefined && <path class="bars-selected" d={path(some, height)} />}
      {colors?.map((color, k) => (
        some[k] > 0 && <rect key={k} x={k + 0.06} width={0.88} y={height - some[k]} height={some[k]} style={{ fill: color }} />
      ))}
    </svg>
  );
}

/** How high each bar is; what is there at all can be seen. */
function heights(counts: ArrayLike<number>, height: number): number[] {
  const list = Array.from(counts);
  const most = list.reduce((a, b) => Math.max(a, b), 1);
  return list.map((count) => (count === 0 ? 0 : Math.max((height * count) / most, 1.2)));
}

function path(bars: readonly number[], height: number): string {
  return bars.map((bar, k) => (bar > 0 ? `M${k + 0.06} ${height}v${-bar}h.88v${bar}z` : "")).join("");
}
