/** A window of time over a date column: histogram, steps of play, and its bounds in the selection language. */

import type { DateColumn, NumberColumn } from "../api/format";
import type { PageArray } from "../api/loader";
import type { RangeNode } from "../selection/nodes";
import { limitsOf } from "../selection/here";
import { monthStart } from "../color/ticks";

/** Milliseconds since 1970, both ends included. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400_000;

/** Return the edges of about `most` bins at most, each some whole months where a column has months. */
export function binEdges(column: DateColumn, most: number): Float64Array {
  if (column.unit === "month") {
    const first = monthOf(column.min);
    const months = monthOf(column.max) - first + 1;
    const by = Math.ceil(months / most);
    return Float64Array.from({ length: Math.ceil(months / by) + 1 }, (_, k) => monthStart(first + k * by));
  }
  const length = column.unit === "day" ? DAY : 1;
  const units = Math.max(Math.floor((column.max - column.min) / length) + 1, 1);
  const by = Math.ceil(units / most) * length;
  return Float64Array.from({ length: Math.ceil((units * length) / by) + 1 }, (_, k) => column.min + k * by);
}

/** Put the ends of a window at the nearest edges, where a bin is some whole days or months; it holds one bin at least. */
export function snapped(window: TimeWindow, edges: Float64Array, column: DateColumn): TimeWindow {
  if (column.unit === "second") return window;
  const nearest = (moment: number): number =>
    edges.reduce((best, edge, k) => (Math.abs(edge - moment) < Math.abs(edges[best] - moment) ? k : best), 0);
  const from = Math.min(nearest(window.from), edges.length - 2);
  const to = Math.max(nearest(window.to), from + 1);
  // The edge is the first moment of the next bin.
  return { from: edges[from], to: edges[to] - 1 };
}

/** Count dates in bins; of those only that a mask leaves, if there is one. */
export function histogram(edges: Float64Array, values: PageArray, shown: Uint8Array | null = null): Uint32Array {
  const bins = edges.length - 1;
  const counts = new Uint32Array(bins);
  const scale = bins / (edges[bins] - edges[0]);
  for (let i = 0; i < values.length; i++) {
    if (shown !== null && shown[i] === 0) continue;
    const value = values[i];
    // Months differ in length, so the place by proportion may be one off. NaN, a date that is missing, is in no bin.
    let bin = Math.floor((value - edges[0]) * scale);
    if (value < edges[bin]) bin--;
    else if (value >= edges[bin + 1]) bin++;
    if (bin >= 0 && bin < bins) counts[bin]++;
  }
  return counts;
}

function monthOf(moment: number): number {
  const date = new Date(moment);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Move a window inside the column's span, its width kept; past the end it begins anew. */
export function advance(window: TimeWindow, by: number, column: DateColumn): TimeWindow {
  const width = window.to - window.from;
  if (window.to >= column.max) return { from: column.min, to: column.min + width };
  const to = Math.min(window.to + by, column.max);
  return { from: to - width, to };
}

/** Put a window inside the column's span, its ends in order. */
export function clampWindow(window: TimeWindow, column: DateColumn | NumberColumn): TimeWindow {
  const [low, high] = window.from <= window.to ? [window.from, window.to] : [window.to, window.from];
  const inside = (value: number): number => Math.min(Math.max(value, column.min), column.max);
  return { from: inside(low), to: inside(high) };
}

/** Return the condition of a window; null when it holds the whole span. */
export function conditionOf(window: TimeWindow, column: DateColumn): RangeNode | null {
  const { from, to } = clampWindow(window, column);
  if (from <= column.min && to >= column.max) return null;
  return { type: "range", field: column.name, low: bound(from, column), high: bound(to, column) };
}

/** Return the window of a condition; the whole span if there is none, or one that is no window of this column. */
export function windowOf(test: RangeNode | null, column: DateColumn | NumberColumn): TimeWindow {
  const limits = test === null ? null : limitsOf(test, column);
  return clampWindow(limits === null ? { from: column.min, to: column.max } : { from: limits.low, to: limits.high }, column);
}

/** Columns of days and months are asked for by day; a day stands for the whole of it. */
function bound(value: number, column: DateColumn): string {
  const text = new Date(Math.round(value)).toISOString();
  return column.unit === "second" ? text : text.slice(0, 10);
}
