/** The legend of numbers and dates: their histogram over the colours, with a brush that selects a range. */

import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { tally } from "../../color/coloring";
import type { Legend } from "../../color/legend";
import type { Measure, Scale } from "../../color/scale";
import { STEPS } from "../../color/sequential";
import { formatDate, formatNumber, unitOf } from "../../color/ticks";
import type { RangeNode } from "../../selection/nodes";
import { pressedRange } from "../../state/legend_filter";
import { conditionOf, windowOf } from "../../state/time_window";
import { Bars } from "./bars";
import { Brush } from "./brush";
import type { ColoringProps } from "./legend";
import type { Span } from "./span";

const BARS = 32;
const HEIGHT = 36;
/** The width of a letter in parts of the legend. */
const LETTER = 0.032;

interface ScaleProps extends ColoringProps {
  readonly legend: Extract<Legend, { kind: "scale" }>;
  /** How many of each colour are selected; null without a selection. */
  readonly counts: Uint32Array | null;
}

export function ScaleLegend({ explorer, coloring, legend, counts }: ScaleProps): JSX.Element | null {
  const { scale, colors } = legend;
  const all = useMemo(() => bars(tally(coloring.colors.index, STEPS + 1)), [coloring]);
  const { subject } = coloring;
  if (subject.by !== "scale") return null;
  const { column } = subject;
  const test = pressedRange(explorer.selecting, coloring);
  const span = test?.type === "range" ? spanOf(test, column, scale) : null;
  const key = `column:${column.name}`;
  return (
    <div class="scale">
      <Brush id="scale-brush" name={`Range of ${column.name}`} span={span} step={1 / 40} say={(t) => say(scale.valueAt(t), column)}
        change={(next) => explorer.selecting.replace(key, next === null ? null : rangeOf(next, column, scale), { mark: key })}
        settle={() => explorer.selecting.settle()}>
        <Bars counts={all} selected={counts === null ? null : bars(counts)} colors={barColors(colors)} height={HEIGHT} />
        <span class="gradient" style={{ background: `linear-gradient(90deg, ${stops(colors)})` }} />
      </Brush>
      <div class="ticks">
        {roomy(scale.ticks).map(({ value, text, at }) => (
          <span key={value} class={at < 0.08 ? "tick start" : at > 0.92 ? "tick end" : "tick"} style={{ left: `${100 * at}%` }}>{text}</span>
        ))}
      </div>
    </div>
  );
}

/** Those ticks whose texts do not run into one another. */
function roomy(ticks: Scale["ticks"]): Scale["ticks"] {
  let free = -1;
  return ticks.filter(({ text, at }) => {
    const half = (text.length * LETTER) / 2;
    if (at - half < free) return false;
    free = at + half + LETTER;
    return true;
  });
}

function bars(counts: Uint32Array): Uint32Array {
  const sums = new Uint32Array(BARS);
  for (let step = 0; step < STEPS; step++) sums[(step * BARS) >> 8] += counts[step];
  return sums;
}

function barColors(colors: readonly string[]): string[] {
  return Array.from({ length: BARS }, (_, k) => colors[Math.round(((k + 0.5) / BARS) * STEPS)]);
}

function stops(colors: readonly string[]): string {
  return Array.from({ length: 17 }, (_, k) => colors[Math.round((k / 16) * (STEPS - 1))]).join(", ");
}

function say(value: number, column: Measure): string {
  return column.kind === "date" ? formatDate(value, unitOf(column.max - column.min)) : formatNumber(value);
}

/** An end of the scale stands for all beyond it. */
function rangeOf(span: Span, column: Measure, scale: Scale): RangeNode | null {
  const low = span.from <= 0 ? column.min : scale.valueAt(span.from);
  const high = span.to >= 1 ? column.max : scale.valueAt(span.to);
  if (column.kind === "date") return conditionOf({ from: low, to: high }, column);
  if (span.from <= 0 && span.to >= 1) return null;
  const round = (value: number, up: boolean): number => (column.integer ? (up ? Math.ceil(value) : Math.floor(value)) : Number(value.toPrecision(6)));
  return {
    type: "range", field: column.name,
    low: span.from <= 0 ? null : round(low, true), high: span.to >= 1 ? null : round(high, false),
  };
}

function spanOf(test: RangeNode, column: Measure, scale: Scale): Span {
  const { from, to } = windowOf(test, column);
  return { from: from <= column.min ? 0 : scale.at(from), to: to >= column.max ? 1 : scale.at(to) };
}
