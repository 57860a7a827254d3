/** Chooses, of many points, some that lie far enough apart to be shown large; the same ones wherever the window looks. */

import { overlaps } from "../render/plan";
import type { Points } from "../render/renderer";
import { SHOWN, type States } from "../render/states";
import type { Box } from "./view";

/**
 * Return positions of points in `box` that are at least `apart` from each other in x or in y. Earlier ones in page order win, so
 * that the choice for a smaller distance holds nearly all of that for a larger one, and depends on nothing but the distance.
 */
export function spread(points: Points, states: States | null, box: Box, apart: number): number[] {
  const first = firstOfCells(points, states, grown(box, 2 * apart), apart);
  const kept: number[] = [];
  for (const [cell, position] of first) {
    const [x, y] = [points.x[position], points.y[position]];
    const inside = x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
    if (inside && !beaten(points, first, cell, position, apart)) kept.push(position);
  }
  return kept;
}

/** Cells are squares of the plane, known by a number made of their column and row. */
const ROW = 2 ** 26;

function firstOfCells(points: Points, states: States | null, box: Box, apart: number): Map<number, number> {
  const first = new Map<number, number>();
  for (const run of points.runs) {
    if (!overlaps(run.box, box)) continue;
    for (let i = run.start, end = run.start + run.count; i < end; i++) {
      const [x, y] = [points.x[i], points.y[i]];
      if (x < box.x0 || x > box.x1 || y < box.y0 || y > box.y1) continue;
      if (states !== null && states.of[i] !== SHOWN) continue;
      const cell = Math.floor(x / apart) + Math.floor(y / apart) * ROW;
      const known = first.get(cell);
      if (known === undefined || i < known) first.set(cell, i);
    }
  }
  return first;
}

/** Say whether an earlier point of a cell next to it is too near. */
function beaten(points: Points, first: ReadonlyMap<number, number>, cell: number, position: number, apart: number): boolean {
  for (const row of [-ROW, 0, ROW]) {
    for (const column of [-1, 0, 1]) {
      const other = first.get(cell + row + column);
      if (other === undefined || other >= position) continue;
      const near = Math.abs(points.x[other] - points.x[position]) < apart && Math.abs(points.y[other] - points.y[position]) < apart;
      if (near) return true;
    }
  }
  return false;
}

export function grown(box: Box, by: number): Box {
  return { x0: box.x0 - by, y0: box.y0 - by, x1: box.x1 + by, y1: box.y1 + by };
}
