/** What colours mean, and which rows an entry of a legend stands for in a selection. */

import type { CategoryColumn, NumberColumn, Topic } from "../api/format";
import type { Colors } from "../render/renderer";
import { DUPLICATE_CLASSES, type Value } from "../selection/nodes";
import type { Test } from "../selection/tree";
import type { Measure, Scale } from "./scale";
import { STEPS } from "./sequential";

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
      readonly scale: Scale;
      readonly colors: readonly string[];
      readonly missing: LegendEntry | null;
    };

/** What the colours are about. */
export type Subject =
  | { readonly by: "nothing" }
  | { readonly by: "topics"; readonly topics: readonly Topic[]; readonly depth: number }
  | { readonly by: "duplicates" }
  | { readonly by: "category"; readonly column: CategoryColumn }
  | { readonly by: "steps"; readonly column: NumberColumn }
  | { readonly by: "scale"; readonly column: Measure };

export interface Coloring {
  readonly title: string;
  readonly colors: Colors;
  readonly legend: Legend;
  readonly subject: Subject;
}

/** What a legend asks of a row; `not` turns it round. */
export interface Asked {
  readonly test: Test;
  readonly not: boolean;
}

/** Return the condition that the entries with these keys stand for; null if they stand for none. */
export function askedBy(subject: Subject, keys: ReadonlySet<number>): Asked | null {
  if (keys.size === 0) return null;
  switch (subject.by) {
    case "nothing":
      return null;
    case "topics":
      return topicsAsked(subject.topics, subject.depth, keys);
    case "duplicates":
      return { test: { type: "duplicates", classes: DUPLICATE_CLASSES.filter((_, k) => keys.has(k)) }, not: false };
    case "category":
      return categoriesAsked(subject.column, keys);
    case "steps":
      return stepsAsked(subject.column, keys);
    case "scale":
      return keys.has(STEPS) ? among(subject.column.name, [null]) : null;
  }
}

/** Return the keys of the entries that a condition stands for: what `askedBy` was given. Empty if it is about something else. */
export function keysAsked(subject: Subject, { test, not }: Asked): ReadonlySet<number> {
  const keys = new Set<number>();
  const all = keysOf(subject);
  for (const key of all) {
    const one = holds(subject, key, test);
    if (one === null) return new Set();
    if (one !== not) keys.add(key);
  }
  return keys;
}

function keysOf(subject: Subject): number[] {
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, k) => k);
  switch (subject.by) {
    case "nothing":
      return [];
    case "topics":
      return [...subject.topics.flatMap((topic, k) => (topic.depth === subject.depth ? [k] : [])), subject.topics.length];
    case "duplicates":
      return upTo(DUPLICATE_CLASSES.length);
    case "category":
      return upTo(subject.column.categories.length + 2);
    case "steps":
      return upTo(subject.column.max - subject.column.min + 2);
    case "scale":
      return [STEPS];
  }
}

/** Whether a test holds for the points of an entry; null if it is about something else than the colours. */
function holds(subject: Subject, key: number, test: Test): boolean | null {
  if (subject.by === "nothing") return null;
  if (subject.by === "topics") {
    return test.type === "topics" ? test.ids.includes(subject.topics[key]?.id ?? -1) : null;
  }
  if (subject.by === "duplicates") return test.type === "duplicates" ? test.classes.includes(DUPLICATE_CLASSES[key]) : null;
  if ((test.type !== "category" && test.type !== "range") || test.field !== subject.column.name) return null;
  const value = valueAt(subject, key);
  if (test.type === "category") return value !== undefined && test.values.includes(value);
  if (subject.by !== "steps" || typeof test.low !== "number" || typeof test.high !== "number") return null;
  return typeof value === "number" && value >= test.low && value <= test.high;
}

/** The value of an entry of a column's legend; undefined for "other values". */
function valueAt(subject: Exclude<Subject, { by: "nothing" | "topics" | "duplicates" }>, key: number): Value | undefined {
  if (subject.by === "scale") return null;
  if (subject.by === "steps") return key > subject.column.max - subject.column.min ? null : subject.column.min + key;
  const known = subject.column.categories.length;
  return key < known ? subject.column.categories[key].value : key === known ? undefined : null;
}

function topicsAsked(topics: readonly Topic[], depth: number, keys: ReadonlySet<number>): Asked {
  const of = topics.map((topic, key) => ({ topic, key })).filter(({ topic }) => topic.depth === depth);
  // Rows without a topic are those that are in none of the others.
  const not = keys.has(topics.length);
  return { test: { type: "topics", ids: of.filter(({ key }) => keys.has(key) !== not).map(({ topic }) => topic.id) }, not };
}

function categoriesAsked(column: CategoryColumn, keys: ReadonlySet<number>): Asked {
  const known = column.categories.length;
  const values = [...column.categories.map((one): Value => one.value), null];
  const keyOf = (place: number): number => (place < known ? place : known + 1);
  // Other values are those that are none of the listed ones.
  const not = keys.has(known);
  return { ...among(column.name, values.filter((_, place) => keys.has(keyOf(place)) !== not)), not };
}

function stepsAsked(column: NumberColumn, keys: ReadonlySet<number>): Asked {
  const steps = column.max - column.min + 1;
  const chosen = [...keys].filter((key) => key < steps).sort((a, b) => a - b);
  const together = chosen.length > 0 && chosen[chosen.length - 1] - chosen[0] === chosen.length - 1;
  if (together && !keys.has(steps)) {
    const [low, high] = [column.min + chosen[0], column.min + chosen[chosen.length - 1]];
    return { test: { type: "range", field: column.name, low, high }, not: false };
  }
  const values: Value[] = chosen.map((key) => column.min + key);
  return among(column.name, keys.has(steps) ? [...values, null] : values);
}

function among(field: string, values: readonly Value[]): Asked {
  return { test: { type: "category", field, values }, not: false };
}
