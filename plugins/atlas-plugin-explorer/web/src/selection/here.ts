/** Evaluates conditions in the page, where it has loaded what they ask about. */

import type { CategoryColumn, ColorColumn, DateColumn, NumberColumn, Topic } from "../api/format";
import type { PageArray } from "../api/loader";
import { where, type Bits } from "./bits";
import { NULL_CODE } from "./codes";
import { isInside, outlineOf } from "./polygon";
import type { CategoryNode, DuplicatesNode, LassoNode, RangeNode } from "./nodes";
import { DUPLICATE_CLASSES } from "./nodes";
import type { Test, TopicsTest } from "./tree";

/** How similar each point is to what was asked: 0..65534 from `low` to `high`, 65535 for no vector. */
export interface Similarities {
  readonly codes: Uint16Array;
  readonly low: number;
  readonly high: number;
  readonly metric: "cosine" | "euclidean";
}

export const NO_SIMILARITY = 65535;

/** What has been loaded, in page order; null where it has not. */
export interface Loaded {
  readonly points: number;
  column(name: string): { readonly entry: ColorColumn; readonly values: PageArray } | null;
  topics(): readonly Topic[];
  topicPlaces(depth: number): PageArray | null;
  duplicates(): PageArray | null;
  similarities(test: Test): Similarities | null;
  /** Where all points lie, float32 each; null before all have arrived. */
  readonly positions: { readonly x: Float32Array; readonly y: Float32Array } | null;
}

export interface Answer {
  readonly bits: Bits;
  /** False where pages are less precise than the rows: the server then has the last word. */
  readonly exact: boolean;
}

/** Return the points for which a test holds; null if the page does not know enough. */
export function evaluateHere(test: Test, loaded: Loaded): Answer | null {
  switch (test.type) {
    case "topics":
      return inTopics(test, loaded);
    case "duplicates":
      return inClasses(test, loaded);
    case "range":
      return inRange(test, loaded);
    case "category":
      return inCategory(test, loaded);
    case "meaning":
    case "neighbors":
      return similar(test, loaded);
    case "lasso":
      return inLasso(test, loaded);
    default:
      return null;
  }
}

function inTopics(test: TopicsTest, loaded: Loaded): Answer | null {
  const topics = loaded.topics();
  let bits: Bits | null = null;
  for (const depth of new Set(topics.map((topic) => topic.depth))) {
    const wanted = new Set<number>();
    topics.forEach((topic, place) => topic.depth === depth && test.ids.includes(topic.id) && wanted.add(place));
    if (wanted.size === 0) continue;
    const places = loaded.topicPlaces(depth);
    if (places === null) return null;
    const found = where(loaded.points, (point) => wanted.has(places[point]));
    bits = bits === null ? found : bits.map((word, k) => word | found[k]);
  }
  // A topic that the map lacks is the server's to refuse.
  return bits === null ? null : { bits, exact: test.ids.every((id) => topics.some((topic) => topic.id === id)) };
}

function inClasses(test: DuplicatesNode, loaded: Loaded): Answer | null {
  const codes = loaded.duplicates();
  if (codes === null) return null;
  const wanted = DUPLICATE_CLASSES.map((name) => test.classes.includes(name));
  return { bits: where(loaded.points, (point) => wanted[codes[point]]), exact: true };
}

function inCategory(test: CategoryNode, loaded: Loaded): Answer | null {
  const found = loaded.column(test.field);
  if (found === null || !("categories" in found.entry)) return null;
  const wanted = codesOf(found.entry, test);
  if (wanted === null) return null;
  const { values } = found;
  return { bits: where(loaded.points, (point) => wanted[values[point]] === 1), exact: true };
}

/** 1 for each code of the column that is meant; null if a value has no code of its own. */
function codesOf(column: CategoryColumn, test: CategoryNode): Uint8Array | null {
  const wanted = new Uint8Array(256);
  for (const value of test.values) {
    const code = value === null ? NULL_CODE : column.categories.findIndex((one) => one.value === value);
    if (code < 0) return null;
    wanted[code] = 1;
  }
  return wanted;
}

function inRange(test: RangeNode, loaded: Loaded): Answer | null {
  const found = loaded.column(test.field);
  if (found === null || !("quantiles" in found.entry)) return null;
  const limits = limitsOf(test, found.entry);
  if (limits === null) return null;
  const { low, high } = limits;
  const { values } = found;
  const bits = where(loaded.points, (point) => values[point] >= low && values[point] <= high);
  return { bits, exact: isExact(found.entry) || !touches(values, low, high) };
}

/** Numbers of a column's pages between which its range lies, both included; null if bounds and column do not fit. */
export function limitsOf(test: RangeNode, column: NumberColumn | DateColumn): { low: number; high: number } | null {
  const read = (bound: number | string | null, open: number, end: boolean): number => {
    if (bound === null) return open;
    if (column.kind === "number") return typeof bound === "number" ? Math.fround(bound) : NaN;
    return typeof bound === "string" ? momentOf(bound, end) : NaN;
  };
  const low = read(test.low, -Infinity, false);
  const high = read(test.high, Infinity, true);
  return Number.isNaN(low) || Number.isNaN(high) ? null : { low, high };
}

const DAY = 86_400_000;
const WHOLE_DAY = /^\d{4}-\d\d-\d\d$/u;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/u;

/** Read a bound as milliseconds since 1970. A time without a zone is the column's own, which the page does not know. */
function momentOf(text: string, end: boolean): number {
  if (WHOLE_DAY.test(text)) return Date.parse(`${text}T00:00:00Z`) + (end ? DAY - 1 : 0);
  return INSTANT.test(text) ? Date.parse(text) : NaN;
}

/** Whether the pages of a column hold what its rows hold, to the last digit. */
function isExact(column: NumberColumn | DateColumn): boolean {
  if (column.kind === "number") return column.integer && Math.max(-column.min, column.max) <= 2 ** 24;
  // Zoned columns read days on their own clock.
  return column.unit !== "second" && !/tz=/u.test(column.type);
}

/** Rounding keeps order, so only a value that rounds to a bound itself may lie on its other side. */
function touches(values: PageArray, low: number, high: number): boolean {
  return values.includes(low as never) || values.includes(high as never);
}

/** The server has the last word: in float64 it knows edges better. */
function inLasso(test: LassoNode, loaded: Loaded): Answer | null {
  if (loaded.positions === null) return null;
  const { x, y } = loaded.positions;
  const outlines = test.polygons.map(outlineOf);
  const inside = (point: number): boolean => outlines.some((outline) => isInside(outline, x[point], y[point]));
  return { bits: where(loaded.points, inside), exact: false };
}

function similar(test: Test, loaded: Loaded): Answer | null {
  const found = loaded.similarities(test);
  if (found === null || test.type === "topics") return null;
  const { codes, low, high } = found;
  const step = (high - low) / (NO_SIMILARITY - 1) || 1;
  let least = 0;
  if (test.type === "meaning" && test.similarity !== undefined) least = (test.similarity - low) / step;
  const k = "k" in test ? test.k : undefined;
  if (k !== undefined) least = Math.max(least, kthCode(codes, k));
  return { bits: where(loaded.points, (point) => codes[point] >= least && codes[point] !== NO_SIMILARITY), exact: false };
}

/** The code of the k-th most similar point. */
export function kthCode(codes: Uint16Array, k: number): number {
  const counts = new Uint32Array(NO_SIMILARITY);
  for (const code of codes) if (code !== NO_SIMILARITY) counts[code]++;
  let seen = 0;
  for (let code = NO_SIMILARITY - 1; code > 0; code--) {
    seen += counts[code];
    if (seen >= k) return code;
  }
  return 0;
}
