/** What gives the points their colours: topics of one depth, or a column; and the legend that explains it. */

import type { CategoryColumn, ColorColumn, DateColumn, NumberColumn, Topic } from "../api/format";
import type { PageArray } from "../api/loader";
import type { Colors, Rgb } from "../render/renderer";
import { categoricalPalette } from "./categorical";
import { toCss, toRgb, type Oklch } from "./oklch";
import { sequentialPalette, stepOf, STEPS } from "./sequential";
import { NO_VALUE } from "./theme";
import { dateTicks, numberTicks, type Tick } from "./ticks";

export interface LegendEntry {
  /** The entry's place in the palette: points with this colour index belong to it. */
  readonly key: number;
  readonly label: string;
  readonly count: number;
  readonly color: string;
}

export type Legend =
  | { readonly kind: "entries"; readonly entries: readonly LegendEntry[] }
  | {
      readonly kind: "scale";
      readonly low: number;
      readonly high: number;
      readonly ticks: readonly Tick[];
      readonly colors: readonly string[];
      readonly missing: LegendEntry | null;
    };

export interface Coloring {
  readonly title: string;
  readonly colors: Colors;
  readonly legend: Legend;
}

const OTHER = 254;

export function plainColoring(points: number, dark: boolean): Coloring {
  const color = toRgb({ lightness: dark ? 0.72 : 0.55, chroma: 0.12, hue: 255 });
  return {
    title: "One colour",
    colors: { index: new Uint16Array(points), palette: flat([color]) },
    legend: { kind: "entries", entries: [] },
  };
}

/** `places` holds each point's place in `topics`; `none` marks points without a topic. */
export function topicColoring(
  topics: readonly Topic[],
  hues: readonly Oklch[],
  depth: number,
  places: PageArray,
  none: number,
  dark: boolean,
): Coloring {
  const missing = topics.length;
  const palette = [...hues.map(toRgb), dark ? NO_VALUE.dark : NO_VALUE.light];
  const index = Uint16Array.from(places as ArrayLike<number>, (place) => (place === none ? missing : place));
  const entries = topics
    .map((topic, key) => ({ topic, key }))
    .filter(({ topic }) => topic.depth === depth)
    .sort((a, b) => b.topic.size - a.topic.size)
    .map(({ topic, key }) => ({ key, label: topic.label, count: topic.size, color: toCss(palette[key]) }));
  return { title: `Topics, depth ${depth}`, colors: { index, palette: flat(palette) }, legend: { kind: "entries", entries } };
}

export function columnColoring(column: ColorColumn, values: PageArray, dark: boolean): Coloring {
  if (column.kind === "number" || column.kind === "date") return scaleColoring(column, values, dark);
  return categoryColoring(column, values, dark);
}

function categoryColoring(column: CategoryColumn, values: PageArray, dark: boolean): Coloring {
  const known = column.categories.length;
  const quiet = dark ? NO_VALUE.dark : NO_VALUE.light;
  const palette = [...categoricalPalette(known, dark), quiet, quiet];
  const index = Uint16Array.from(values as ArrayLike<number>, (value) =>
    value < known ? value : value === OTHER ? known : known + 1,
  );
  const entries: LegendEntry[] = column.categories.map(({ value, count }, key) => ({
    key, label: String(value), count, color: toCss(palette[key]),
  }));
  const { other } = column;
  if (other.count > 0) {
    entries.push({ key: known, label: `${other.values} other values`, count: other.count, color: toCss(quiet) });
  }
  if (column.nulls > 0) entries.push({ key: known + 1, label: "no value", count: column.nulls, color: toCss(quiet) });
  return { title: column.name, colors: { index, palette: flat(palette) }, legend: { kind: "entries", entries } };
}

function scaleColoring(column: NumberColumn | DateColumn, values: PageArray, dark: boolean): Coloring {
  const { low, high } = limits(column);
  const scale = sequentialPalette(dark);
  const palette = [...scale, dark ? NO_VALUE.dark : NO_VALUE.light];
  const index = Uint16Array.from(values as ArrayLike<number>, (value) =>
    Number.isNaN(value) ? STEPS : stepOf(value, low, high),
  );
  const ticks = column.kind === "date" ? dateTicks(low, high, 3) : numberTicks(low, high, 4);
  const missing = column.nulls > 0
    ? { key: STEPS, label: "no value", count: column.nulls, color: toCss(palette[STEPS]) }
    : null;
  return {
    title: column.name,
    colors: { index, palette: flat(palette) },
    legend: { kind: "scale", low, high, ticks, colors: scale.map(toCss), missing },
  };
}

/** A few extreme values must not take the colours from all the others: the scale ends at the 1 and 99 % quantiles. */
function limits(column: NumberColumn | DateColumn): { low: number; high: number } {
  const first = column.quantiles[0];
  const last = column.quantiles[column.quantiles.length - 1];
  const far = (column.max - column.min) > 1.5 * (last - first);
  return far && last > first ? { low: first, high: last } : { low: column.min, high: column.max };
}

function flat(colors: readonly Rgb[]): Float32Array {
  return Float32Array.from(colors.flat());
}
