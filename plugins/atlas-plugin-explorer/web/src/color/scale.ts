/** Where a number lies between the two ends of a colour scale: by its size, by its order of magnitude, or by its rank. */

import type { DateColumn, NumberColumn } from "../api/format";
import type { PageArray } from "../api/loader";
import { dateTicks, formatDate, formatNumber, numberTicks, unitOf, type Tick } from "./ticks";

export type ScaleKind = "linear" | "log" | "quantile";
export type Measure = NumberColumn | DateColumn;

export interface Scale {
  readonly kind: ScaleKind;
  /** The values at the ends; what lies beyond takes the colour of the end. */
  readonly low: number;
  readonly high: number;
  /** Return 0..1 for a value; not for NaN. */
  at(value: number): number;
  /** Return the value at 0..1. */
  valueAt(t: number): number;
  /** Marks, each with its place 0..1. */
  readonly ticks: readonly (Tick & { readonly at: number })[];
}

/** A sample of so many values ranks all of them to within half a step of the palette. */
const SAMPLE = 20_000;
/** From so many powers of ten on, a linear scale shows nothing but the largest values. */
const DECADES = 3;

/** Return the scales that suit a column. Dates have no logarithm, and neither have numbers below zero. */
export function scalesFor(column: Measure): ScaleKind[] {
  if (column.kind === "date" || column.min < 0 || column.max <= 0) return ["linear", "quantile"];
  return ["linear", "log", "quantile"];
}

/** Return the scale that shows a column best: numbers over several orders of magnitude by their logarithm. */
export function usualScale(column: Measure): ScaleKind {
  const [first, last] = [column.quantiles[0], column.quantiles[column.quantiles.length - 1]];
  return scalesFor(column).includes("log") && first > 0 && last / first > 10 ** DECADES ? "log" : "linear";
}

/** Make a scale. `values` are in page order, in which the first level is a fair sample of all. */
export function makeScale(kind: ScaleKind, column: Measure, values: PageArray): Scale {
  if (kind === "quantile") return quantileScale(column, values);
  const log = kind === "log" && scalesFor(column).includes("log");
  return log ? logScale(column, values) : linearScale(column);
}

function linearScale(column: Measure): Scale {
  const { low, high } = limits(column.min, column.max, column.quantiles);
  const span = high - low;
  const at = (value: number): number => (span > 0 ? clip((value - low) / span) : 0.5);
  const ticks = column.kind === "date" ? dateTicks(low, high, 4) : numberTicks(low, high, 4);
  return { kind: "linear", low, high, at, valueAt: (t) => low + span * t, ticks: placed(ticks, at) };
}

function logScale(column: Measure, values: PageArray): Scale {
  let least = column.min;
  if (least <= 0) {
    least = column.max;
    for (const value of values) if (value > 0 && value < least) least = value;
  }
  const shown = column.quantiles.map((value) => Math.log(Math.max(value, least)));
  const ends = limits(Math.log(least), Math.log(column.max), shown);
  const span = ends.high - ends.low;
  const at = (value: number): number => {
    if (value <= 0) return 0;
    return span > 0 ? clip((Math.log(value) - ends.low) / span) : 0.5;
  };
  const [low, high] = [Math.exp(ends.low), Math.exp(ends.high)];
  return { kind: "log", low, high, at, valueAt: (t) => Math.exp(ends.low + span * t), ticks: placed(logTicks(low, high), at) };
}

function quantileScale(column: Measure, values: PageArray): Scale {
  const known = Float64Array.from(values.subarray(0, SAMPLE) as ArrayLike<number>).filter(Number.isFinite).sort();
  const sorted = known.length > 0 ? known : Float64Array.of(column.min, column.max);
  const last = sorted.length - 1;
  const at = (value: number): number => {
    // Equal values share the middle of their ranks.
    const rank = (firstFrom(sorted, value, false) + firstFrom(sorted, value, true) - 1) / 2;
    return last > 0 ? clip(rank / last) : 0.5;
  };
  const valueAt = (t: number): number => sorted[Math.round(clip(t) * last)];
  const write = column.kind === "date" ? dateWriter(column) : formatNumber;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((t) => ({ value: valueAt(t), text: write(valueAt(t)), at: t }));
  return { kind: "quantile", low: sorted[0], high: sorted[last], at, valueAt, ticks: distinct(ticks) };
}

/** A few extreme values must not take the colours from all the others: the scale ends at the 1 and 99 % quantiles. */
function limits(min: number, max: number, quantiles: readonly number[]): { low: number; high: number } {
  const [first, last] = [quantiles[0], quantiles[quantiles.length - 1]];
  const far = max - min > 1.5 * (last - first);
  return far && last > first ? { low: first, high: last } : { low: min, high: max };
}

function logTicks(low: number, high: number): Tick[] {
  const ticks: Tick[] = [];
  const decades = Math.log10(high / low);
  const factors = decades < 1.2 ? [1, 2, 3, 5, 7] : decades < 2.5 ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(decades / 5));
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) + 1e-9; power++) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push({ value, text: formatNumber(value) });
    }
  }
  return ticks.length > 0 ? ticks : [{ value: low, text: formatNumber(low) }];
}

function dateWriter(column: DateColumn): (value: number) => string {
  const unit = unitOf(column.max - column.min);
  return (value) => formatDate(value, unit);
}

function placed(ticks: readonly Tick[], at: (value: number) => number): Scale["ticks"] {
  return ticks.map((tick) => ({ ...tick, at: at(tick.value) }));
}

function distinct<T extends Tick>(ticks: readonly T[]): T[] {
  return ticks.filter((tick, k) => k === 0 || tick.text !== ticks[k - 1].text);
}

/** Return the first place whose value is at least `value`, or, `after` equal ones, above it. */
function firstFrom(sorted: ArrayLike<number>, value: number, after: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value || (after && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function clip(t: number): number {
  return Math.min(Math.max(t, 0), 1);
}
