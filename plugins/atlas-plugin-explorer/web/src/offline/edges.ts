/** The edges of bins, as the server lays them: column_stats.py. */

import type { DateColumn, NumberColumn } from "../api/format";

export type Scale = "linear" | "log" | "quantile";

const DAY = 86_400_000;
/** Wide enough that a single value lies within, near enough to be that value. */
const NEXT = 2 ** -40;

/** Return the edges of at most `bins` bins over sorted finite values; none without values. */
export function edgesOf(sorted: Float64Array, bins: number, scale: Scale, entry: NumberColumn | DateColumn): number[] {
  if (sorted.length === 0) return [];
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (low === high && scale !== "linear") return around(low);
  if (scale === "quantile") return [...new Set(steps(bins, (share) => quantile(sorted, share)))];
  if (scale === "log") return ends(steps(bins, (share) => low * (high / low) ** share), low, high);
  if (entry.kind === "number" && entry.integer && high - low < bins) {
    return Array.from({ length: high - low + 2 }, (_, k) => low + k - 0.5);
  }
  const dates = entry.kind === "date" ? calendar(low, high, bins, entry.unit) : null;
  if (dates !== null) return dates;
  return low === high ? around(low) : ends(steps(bins, (share) => low + (high - low) * share), low, high);
}

function steps(bins: number, at: (share: number) => number): number[] {
  return Array.from({ length: bins + 1 }, (_, k) => at(k / bins));
}

/** Rounding must not leave out the first or the last value. */
function ends(edges: number[], low: number, high: number): number[] {
  return [low, ...edges.slice(1, -1), high];
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** A bin a day or a month, where these are few enough. */
function calendar(low: number, high: number, bins: number, unit: DateColumn["unit"]): number[] | null {
  if (unit === "second") return null;
  const number = (moment: number): number => {
    const date = new Date(moment);
    return unit === "day" ? Math.floor(moment / DAY) : date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const [first, last] = [number(low), number(high)];
  if (last - first >= bins) return null;
  const start = (one: number): number => (unit === "day" ? one * DAY : Date.UTC(Math.floor(one / 12), ((one % 12) + 12) % 12));
  return Array.from({ length: last - first + 2 }, (_, k) => start(first + k));
}

function around(value: number): number[] {
  const near = Math.max(Math.abs(value) * NEXT, Number.MIN_VALUE);
  return [value - near, value + near];
}
