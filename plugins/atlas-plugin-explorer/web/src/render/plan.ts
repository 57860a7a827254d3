/** Which points to draw: those of the runs in the window, thinned to a fair sample when they are too many. */

import type { Box } from "../map/view";
import type { Points, Run } from "./renderer";

/** Draw points `start`, `start + step`, … below `end`; `step` need not be whole. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface Plan {
  readonly stretches: readonly Stretch[];
  readonly count: number;
  /** Drawn points by points in the window. */
  readonly fraction: number;
}

/** WebGL2 allows steps of 255 bytes through a buffer of floats. */
const LARGEST_STEP = 63;
/** Points of a stretch: after each of them whoever draws may look up. */
const LONGEST = 65_536;

/**
 * Whole levels as far as the budget goes, then every so-many-th point of the next one. Levels are random samples,
 * and equal steps through the Z-order of a level are spread evenly over the plane, so the picture is fair.
 */
export function planDraw(points: Points, window: Box, budget: number, whole = false): Plan {
  const visible = points.runs.filter((run) => overlaps(run.box, window));
  const total = visible.reduce((sum, run) => sum + run.count, 0);
  const perLevel = new Map<number, number>();
  for (const run of visible) perLevel.set(run.level, (perLevel.get(run.level) ?? 0) + run.count);
  const steps = new Map<number, number>();
  let left = Math.min(budget, total);
  let count = 0;
  for (const level of [...perLevel.keys()].sort((a, b) => a - b)) {
    const inLevel = perLevel.get(level) ?? 0;
    const exact = inLevel / Math.min(inLevel, left);
    const step = whole ? Math.ceil(exact) : exact;
    if (left < 1 || (whole && step > LARGEST_STEP)) break;
    steps.set(level, step);
    left -= Math.min(inLevel, left);
    count += inLevel / step;
  }
  return { stretches: stretchesOf(visible, steps), count, fraction: total === 0 ? 1 : count / total };
}

/** Runs that follow each other are one stretch. */
function stretchesOf(runs: readonly Run[], steps: ReadonlyMap<number, number>): Stretch[] {
  const stretches: Stretch[] = [];
  for (const run of runs) {
    const step = steps.get(run.level);
    if (step === undefined) continue;
    const end = run.start + run.count;
    const last = stretches.at(-1);
    const joins = last !== undefined && last.end === run.start && last.step === step && end - last.start <= LONGEST;
    if (joins) stretches[stretches.length - 1] = { start: last.start, end, step };
    else stretches.push({ start: run.start, end, step });
  }
  return stretches;
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x0 <= b.x1 && a.x1 >= b.x0 && a.y0 <= b.y1 && a.y1 >= b.y0;
}
