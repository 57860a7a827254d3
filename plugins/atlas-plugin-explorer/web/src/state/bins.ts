/** Between the bins of a histogram and the bounds of a range. */

import type { DateColumn, NumberColumn } from "../api/format";
import { limitsOf } from "../selection/here";
import type { RangeNode } from "../selection/nodes";

export type RangeColumn = NumberColumn | DateColumn;

/** Return the range of bins `from` to `to - 1`; open at ends that hold all. Null if that is the whole column. */
export function rangeOfBins(column: RangeColumn, edges: readonly number[], from: number, to: number): RangeNode | null {
  const last = edges.length - 1;
  if (last < 1 || (from <= 0 && to >= last)) return null;
  const low = from <= 0 ? null : lowest(column, edges[from]);
  const high = to >= last ? null : highest(column, edges[to]);
  return { type: "range", field: column.name, low, high };
}

/** A bin begins with its lower edge; the upper one belongs to the next. */
function lowest(column: RangeColumn, edge: number): number | string {
  if (column.kind === "date") return dateText(column, edge);
  return column.integer ? Math.ceil(edge) : rounded(edge);
}

function highest(column: RangeColumn, edge: number): number | string {
  if (column.kind === "date") return dateText(column, edge - 1);
  return column.integer ? Math.ceil(edge) - 1 : rounded(edge);
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

export function dateText(column: DateColumn, milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return column.unit === "second" ? text : text.slice(0, 10);
}

/** Return where a range begins and ends among the bins, as fractions of bins; the whole if there is none. */
export function binsOfRange(test: RangeNode | null, column: RangeColumn, edges: readonly number[]): { from: number; to: number } {
  const last = Math.max(edges.length - 1, 0);
  const limits = test === null ? null : limitsOf(test, column);
  if (limits === null) return { from: 0, to: last };
  // Whole numbers and days reach up to the next one.
  const reach = column.kind === "number" && column.integer ? 0.5 : 0;
  return { from: placeOf(limits.low - reach, edges), to: placeOf(limits.high + reach, edges) };
}

function placeOf(value: number, edges: readonly number[]): number {
  const last = edges.length - 1;
  if (last < 1 || value <= edges[0]) return 0;
  if (value >= edges[last]) return last;
  let k = 0;
  while (value >= edges[k + 1]) k++;
  return k + (value - edges[k]) / (edges[k + 1] - edges[k]);
}
