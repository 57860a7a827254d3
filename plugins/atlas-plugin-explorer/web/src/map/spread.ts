/** Chooses, of many points, some that lie far enough apart to be shown large; the same ones wherever the window looks. */

import { overlaps } from "../render/plan";
import type { Points } from "../render/renderer";
import { SHOWN, type States } from "../render/states";
import type { Box } from "./view";

/** Rounds of choosing: each fills the gaps that the last has left. */
const ROUNDS = 6;

/**
 * Return positions of points in `box` that are at least `apart` from each other in x or in y. Which of two wins is drawn by lot, always the same.
 *
 * In a round every point is taken that wins against all that it would overlap, and those that it overlaps are out. So what is taken
 * depends on nothing farther away than a few times `apart`: a box that is grown by as much sees all of it, wherever the window looks.
 */
export function spread(points: Points, states: States | null, box: Box, apart: number): number[] {
  let left = within(points, states, grown(box, 2 * ROUNDS * apart));
  const kept: number[] = [];
  for (let round = 0; round < ROUNDS && left.length > 0; round++) {
    const first = firstOfCells(points, left, apart);
    const taken = new Map<number, number>();
    for (const [cell, position] of first) {
      const loses = around(first, cell).some((other) => beats(other, position) && near(points, other, position, apart));
      if (!loses) taken.set(cell, position);
    }
    kept.push(...taken.values());
    left = left.filter((i) => !around(taken, cellOf(points, i, apart)).some((other) => near(points, other, i, apart)));
  }
  return kept.filter((i) => points.x[i] >= box.x0 && points.x[i] <= box.x1 && points.y[i] >= box.y0 && points.y[i] <= box.y1);
}

/**
 * Neighbours in page order are neighbours on the map: by page order, each would lose to the one before it, and few would be taken in a
 * round. An odd factor mixes all numbers, and makes no two of them equal.
 */
function beats(one: number, other: number): boolean {
  return Math.imul(one, 0x9e3779b1) >>> 0 < Math.imul(other, 0x9e3779b1) >>> 0;
}

function within(points: Points, states: States | null, box: Box): number[] {
  const found: number[] = [];
  for (const run of points.runs) {
    if (!overlaps(run.box, box)) continue;
    for (let i = run.start, end = run.start + run.count; i < end; i++) {
      const inside = points.x[i] >= box.x0 && points.x[i] <= box.x1 && points.y[i] >= box.y0 && points.y[i] <= box.y1;
      if (inside && (states === null || states.of[i] === SHOWN)) found.push(i);
    }
  }
  return found;
}

/** Cells are squares of the plane, known by a number made of their column and row. */
const ROW = 2 ** 26;

function cellOf(points: Points, position: number, apart: number): number {
  return Math.floor(points.x[position] / apart) + Math.floor(points.y[position] / apart) * ROW;
}

function firstOfCells(points: Points, positions: readonly number[], apart: number): Map<number, number> {
  const first = new Map<number, number>();
  for (const position of positions) {
    const cell = cellOf(points, position, apart);
    const known = first.get(cell);
    if (known === undefined || beats(position, known)) first.set(cell, position);
  }
  return first;
}

/** Return what lies in a cell and in the eight around it. */
function around(cells: ReadonlyMap<number, number>, cell: number): number[] {
  const found: number[] = [];
  for (const row of [-ROW, 0, ROW]) {
    for (const column of [-1, 0, 1]) {
      const there = cells.get(cell + row + column);
      if (there !== undefined) found.push(there);
    }
  }
  return found;
}

function near(points: Points, a: number, b: number, apart: number): boolean {
  return Math.abs(points.x[a] - points.x[b]) < apart && Math.abs(points.y[a] - points.y[b]) < apart;
}

export function grown(box: Box, by: number): Box {
  return { x0: box.x0 - by, y0: box.y0 - by, x1: box.x1 + by, y1: box.y1 + by };
}
