/** Finds the point that is pointed at, the same for every back end. */

import { overlaps } from "./plan";
import type { Points } from "./renderer";
import { SHOWN, type States } from "./states";

/**
 * Return the position of the point nearest to (x, y) of the plane within `radius`, or -1; what is not shown is not found.
 * Runs are short and cover small areas, so that few of them have to be looked through: no index has to be built.
 */
export function nearest(points: Points, x: number, y: number, radius: number, states: States | null): number {
  const reach = { x0: x - radius, y0: y - radius, x1: x + radius, y1: y + radius };
  const of = states === null ? null : states.of;
  let best = -1;
  let bestSquare = radius * radius;
  for (const run of points.runs) {
    if (!overlaps(run.box, reach)) continue;
    for (let i = run.start, end = run.start + run.count; i < end; i++) {
      const square = (points.x[i] - x) ** 2 + (points.y[i] - y) ** 2;
      if (square > bestSquare || (of !== null && of[i] !== SHOWN)) continue;
      best = i;
      bestSquare = square;
    }
  }
  return best;
}
