/** From what is chosen to the points' colours and the legend that explains them. */

import type { CategoryColumn, ColorColumn, NumberColumn, Topic } from "../api/format";
import type { PageArray } from "../api/loader";
import type { Colors, Rgb } from "../render/renderer";
import { OTHER_CODE } from "../selection/codes";
import { categoricalPalette } from "./categorical";
import type { Coloring, LegendEntry } from "./legend";
import { toCss, toRgb, type Oklch } from "./oklch";
import { makeScale, usualScale, type Measure, type ScaleKind } from "./scale";
import { sequentialPalette, spreadOver, STEPS } from "./sequential";
import { NO_VALUE } from "./theme";
import { formatCount } from "./ticks";

/** So many whole numbers in a row, or fewer, are named one by one. */
const MOST_STEPS = 12;

export function plainColoring(points: number, dark: boolean): Coloring {
  const color = toRgb({ lightness: dark ? 0.72 : 0.55, chroma: 0.12, hue: 255 });
  return {
    title: "One colour",
    colors: { index: new Uint16Array(points), palette: flat([color]) },
    legend: { kind: "entries", entries: [] },
    subject: { by: "nothing" },
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
  const palette = [...hues.map(toRgb), quiet(dark)];
  const index = recode(places, (place) => (place === none ? missing : place));
  const entries = topics
    .map((topic, key) => ({ topic, key }))
    .filter(({ topic }) => topic.depth === depth)
    .sort((a, b) => b.topic.size - a.topic.size)
    .map(({ topic, key }) => ({ key, label: topic.label, count: topic.size, color: toCss(palette[key]) }));
  const lost = tally(index, missing + 1)[missing];
  if (lost > 0) entries.push({ key: missing, label: "no topic", count: lost, color: toCss(quiet(dark)) });
  return {
    title: `Topics, depth ${depth}`,
    colors: { index, palette: flat(palette) },
    legend: { kind: "entries", entries },
    subject: { by: "topics", topics, depth },
  };
}

/** `codes`: 0 singleton, 1 retention candidate, 2 deletion candidate. */
export function duplicateColoring(codes: PageArray, dark: boolean): Coloring {
  const tone = (hue: number): Rgb => toRgb({ lightness: dark ? 0.74 : 0.58, chroma: 0.17, hue });
  const palette = [quiet(dark), tone(250), tone(35)];
  const index = recode(codes, (code) => code);
  const counts = tally(index, 3);
  const names = ["without duplicates", "kept of its duplicates", "duplicate of another"];
  const entries = names.map((label, key) => ({ key, label, count: counts[key], color: toCss(palette[key]) }));
  return {
    title: "Duplicates",
    colors: { index, palette: flat(palette) },
    legend: { kind: "entries", entries },
    subject: { by: "duplicates" },
  };
}

/** `kind` is the scale of numbers and dates, null for the one that suits them best; categories have none. */
export function columnColoring(column: ColorColumn, values: PageArray, dark: boolean, kind: ScaleKind | null = null): Coloring {
  if ("categories" in column) return categoryColoring(column, values, dark);
  if (column.kind === "number" && hasSteps(column)) return stepColoring(column, values, dark);
  return scaleColoring(column, values, dark, kind ?? usualScale(column));
}

/** Whether a column holds few whole numbers, such as grades, that are named one by one. */
export function hasSteps(column: ColorColumn): boolean {
  return column.kind === "number" && column.integer && column.max - column.min < MOST_STEPS;
}

function categoryColoring(column: CategoryColumn, values: PageArray, dark: boolean): Coloring {
  const known = column.categories.length;
  const palette = [...categoricalPalette(known, dark), quiet(dark), quiet(dark)];
  const index = recode(values, (value) => (value < known ? value : value === OTHER_CODE ? known : known + 1));
  const entries: LegendEntry[] = column.categories.map(({ value, count }, key) => ({
    key, label: nameOf(value), count, color: toCss(palette[key]),
  }));
  if (column.kind === "boolean") entries.sort((a, b) => b.count - a.count);
  const { other } = column;
  if (other.count > 0) {
    const label = `${formatCount(other.values)} other values`;
    entries.push({ key: known, label, count: other.count, color: toCss(quiet(dark)) });
  }
  if (column.nulls > 0) entries.push(withoutValue(known + 1, column.nulls, dark));
  return {
    title: column.name,
    colors: { index, palette: flat(palette) },
    legend: { kind: "entries", entries },
    subject: { by: "category", column },
  };
}

function stepColoring(column: NumberColumn, values: PageArray, dark: boolean): Coloring {
  const steps = column.max - column.min + 1;
  const scale = sequentialPalette(dark);
  const palette = [...Array.from({ length: steps }, (_, k) => scale[spreadOver(k, steps)]), quiet(dark)];
  const index = recode(values, (value) => (Number.isNaN(value) ? steps : Math.min(Math.max(value - column.min, 0), steps - 1)));
  const counts = tally(index, steps + 1);
  const entries = palette
    .slice(0, steps)
    .map((color, key) => ({ key, label: String(column.min + key), count: counts[key], color: toCss(color) }))
    .filter((entry) => entry.count > 0);
  if (column.nulls > 0) entries.push(withoutValue(steps, column.nulls, dark));
  return {
    title: column.name,
    colors: { index, palette: flat(palette) },
    legend: { kind: "entries", entries },
    subject: { by: "steps", column },
  };
}

function scaleColoring(column: Measure, values: PageArray, dark: boolean, kind: ScaleKind): Coloring {
  const scale = makeScale(kind, column, values);
  const steps = sequentialPalette(dark);
  const palette = [...steps, quiet(dark)];
  const index = recode(values, (value) => (Number.isNaN(value) ? STEPS : Math.round(scale.at(value) * (STEPS - 1))));
  const missing = column.nulls > 0 ? withoutValue(STEPS, column.nulls, dark) : null;
  return {
    title: column.name,
    colors: { index, palette: flat(palette) },
    legend: { kind: "scale", scale, colors: steps.map(toCss), missing },
    subject: { by: "scale", column },
  };
}

/** Return how many points have each colour, of those that a mask leaves. */
export function tally(index: Colors["index"], colors: number, shown: Uint8Array | null = null): Uint32Array {
  const counts = new Uint32Array(colors);
  if (shown === null) for (let i = 0; i < index.length; i++) counts[index[i]]++;
  else for (let i = 0; i < index.length; i++) counts[index[i]] += shown[i];
  return counts;
}

function recode(values: PageArray, code: (value: number) => number): Uint16Array {
  const index = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) index[i] = code(values[i]);
  return index;
}

function withoutValue(key: number, count: number, dark: boolean): LegendEntry {
  return { key, label: "no value", count, color: toCss(quiet(dark)) };
}

function nameOf(value: string | boolean): string {
  if (value === "") return "(empty)";
  return typeof value === "boolean" ? (value ? "yes" : "no") : value;
}

function quiet(dark: boolean): Rgb {
  return dark ? NO_VALUE.dark : NO_VALUE.light;
}

function flat(colors: readonly Rgb[]): Float32Array {
  return Float32Array.from(colors.flat());
}
