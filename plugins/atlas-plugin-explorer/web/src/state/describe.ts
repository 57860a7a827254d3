/** Says in a few words what a condition asks. */

import type { Column, Topic } from "../api/format";
import type { DuplicatesNode, LassoNode, MeaningNode, RangeNode, TextNode, Value } from "../selection/nodes";
import type { Test } from "../selection/tree";

/** What a condition is about, for its icon. */
export type Kind = "text" | "meaning" | "filter" | "topic" | "copies" | "tag" | "lasso" | "rows";

export interface Words {
  readonly kind: Kind;
  readonly text: string;
}

export interface Knows {
  readonly topics: readonly Topic[];
  readonly columns: readonly Column[];
  /** The lassos of the selection, in their order. */
  readonly areas: readonly LassoNode[];
}

const MOST_NAMES = 3;
const LONGEST = 60;

export function describe(test: Test, knows: Knows): Words {
  switch (test.type) {
    case "text":
      return { kind: "text", text: textOf(test) };
    case "meaning":
      return { kind: "meaning", text: meaningOf(test) };
    case "neighbors":
      return { kind: "meaning", text: `${test.k} nearest to ${short(String(test.id))}` };
    case "range":
      return { kind: "filter", text: rangeOf(test, knows.columns.find((one) => one.name === test.field)) };
    case "category":
      return { kind: "filter", text: `${test.field}: ${several(test.values.map(valueText))}` };
    case "topics":
      return { kind: "topic", text: several(test.ids.map((id) => knows.topics.find((one) => one.id === id)?.label ?? `topic ${id}`)) };
    case "topic":
      return { kind: "topic", text: test.label ?? `topic ${test.topic_id ?? ""}` };
    case "duplicates":
      return { kind: "copies", text: several(test.classes.map((name) => CLASS_NAMES[name])) };
    case "tag":
      return { kind: "tag", text: test.name };
    case "lasso":
      return { kind: "lasso", text: areaOf(test, knows.areas) };
    case "ids":
      return { kind: "rows", text: test.ids.length === 1 ? `row ${short(String(test.ids[0]))}` : `${test.ids.length} rows` };
  }
}

export const CLASS_NAMES: Readonly<Record<DuplicatesNode["classes"][number], string>> = {
  singleton: "without duplicates",
  "retention candidate": "kept of duplicates",
  "deletion candidate": "duplicates",
};

export function valueText(value: Value): string {
  return value === null ? "no value" : value === true ? "yes" : value === false ? "no" : value === "" ? "(empty)" : String(value);
}

function textOf(test: TextNode): string {
  const quoted = test.regex ? `/${short(test.query)}/` : `“${short(test.query)}”`;
  const how = [test.whole_word && "word", !test.ignore_case && "Aa"].filter(Boolean).join(", ");
  const where = test.fields === null ? "" : ` in ${several(test.fields)}`;
  return `${quoted}${how === "" ? "" : ` (${how})`}${where}`;
}

function meaningOf(test: MeaningNode): string {
  const what = test.query === undefined ? "like the image" : `like “${short(test.query)}”`;
  if (test.similarity !== undefined) return `${what} ≥ ${test.similarity.toFixed(2)}`;
  return test.k === undefined ? what : `${test.k} most ${what}`;
}

function rangeOf({ field, low, high }: RangeNode, column: Column | undefined): string {
  const say = (bound: number | string): string => {
    if (typeof bound === "string") return column?.kind === "date" && column.unit === "month" ? bound.slice(0, 7) : bound.slice(0, 10);
    return new Intl.NumberFormat("en", { maximumSignificantDigits: 5, useGrouping: Math.abs(bound) >= 10_000 }).format(bound);
  };
  if (low === null) return high === null ? field : `${field} ≤ ${say(high)}`;
  if (high === null) return `${field} ≥ ${say(low)}`;
  const [from, to] = [say(low), say(high)];
  return from === to ? `${field} = ${from}` : `${field} ${from} – ${to}`;
}

function areaOf(test: LassoNode, areas: readonly LassoNode[]): string {
  const number = areas.length > 1 ? ` ${areas.indexOf(test) + 1}` : "";
  return test.polygons.length === 1 ? `area${number}` : `${test.polygons.length} areas${number}`;
}

function several(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(short).join(", ");
  return names.length > MOST_NAMES ? `${shown} +${names.length - MOST_NAMES}` : shown;
}

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
