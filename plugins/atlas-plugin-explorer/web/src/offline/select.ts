/** Evaluates a selection with what a copy holds. */

import type { CategoryNode, IdsNode, RangeNode, TextNode } from "../selection/nodes";
import { where, type Bits } from "../selection/bits";
import { combine } from "../selection/evaluate";
import { evaluateHere, type Loaded } from "../selection/here";
import { conditions, counts, type Group, type Test } from "../selection/tree";
import { Refused, type Copy } from "./copy";
import { matcher, matchingRows } from "./matching";

const OFF: Readonly<Record<string, string>> = {
  meaning: "search by meaning",
  neighbors: "nearest neighbours",
  tag: "tags",
};

/** Return the living points that a tree selects. */
export async function select(copy: Copy, root: Group, signal?: AbortSignal): Promise<Bits> {
  const found = new Map<number, Bits>();
  for (const one of conditions(root)) if (one.on) found.set(one.id, await holding(copy, one.test, signal));
  const alive = await copy.alive();
  if (!counts(root)) return alive;
  const { points } = await copy.index();
  return combine(root, points, (one) => found.get(one.id) ?? null, alive).bits ?? alive;
}

async function holding(copy: Copy, test: Test, signal?: AbortSignal): Promise<Bits> {
  const { points } = await copy.index();
  switch (test.type) {
    case "text":
      return byText(copy, test, points, signal);
    case "ids":
      return byIds(copy, test, points);
    case "category":
      return (await byPages(copy, test)) ?? byValues(copy, test, points);
    case "topic":
      return inTopic(copy, test.depth, test.label);
    default: {
      const bits = await byPages(copy, test);
      if (bits !== null) return bits;
      const what = OFF[test.type] ?? `this condition (${test.type})`;
      throw new Refused(409, `A saved copy cannot answer ${what}. Open the map with localatlas open.`);
    }
  }
}

async function byPages(copy: Copy, test: Test): Promise<Bits | null> {
  return evaluateHere(test.type === "range" ? zoned(test) : test, await loadedFor(copy, test))?.bits ?? null;
}

/** The page does not know what zone a column without one means: here it is UTC, as in the pages. */
function zoned(test: RangeNode): RangeNode {
  const fix = (bound: RangeNode["low"]): RangeNode["low"] =>
    typeof bound === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+$/u.test(bound) ? `${bound}Z` : bound;
  return { ...test, low: fix(test.low), high: fix(test.high) };
}

async function loadedFor(copy: Copy, test: Test): Promise<Loaded> {
  const index = await copy.index();
  const column = "field" in test ? await copy.column(test.field) : null;
  const topics = test.type === "topics" ? await copy.topics() : [];
  const depths = test.type === "topics" ? (index.topics?.depths ?? []) : [];
  const encoding = index.topics?.encoding ?? "uint16";
  const places = new Map(await Promise.all(depths.map(async (one) => [one.depth, await copy.array(one.files, encoding)] as const)));
  const verdicts = test.type === "duplicates" && index.duplicates !== null ? await copy.array(index.duplicates.files, "uint8") : null;
  return {
    points: index.points,
    column: () => column,
    topics: () => topics,
    topicPlaces: (depth) => places.get(depth) ?? null,
    duplicates: () => verdicts,
    similarities: () => null,
    positions: test.type === "lasso" ? await copy.places() : null,
  };
}

async function inTopic(copy: Copy, depth: number | undefined, label: string | undefined): Promise<Bits> {
  const found = (await copy.topics()).find((one) => one.depth === depth && one.label === label);
  if (found === undefined) throw new Refused(400, `this map has no topic "${label ?? ""}"`);
  return holding(copy, { type: "topics", ids: [found.id] });
}

async function byText(copy: Copy, test: TextNode, points: number, signal?: AbortSignal): Promise<Bits> {
  const columns = await copy.columns();
  const names = test.fields ?? [await mapped(copy)];
  const matches = matcher(test);
  const places = names.map((name) => {
    const place = columns.findIndex((one) => one.name === name && one.searchable);
    if (place < 0) throw new Refused(400, `the column "${name}" cannot be searched in this copy`);
    return place;
  });
  const texts = await Promise.all(places.map((place) => copy.texts(place)));
  const [found, rows] = await Promise.all([matchingRows(texts, matches, signal), copy.rowNumbers()]);
  return where(points, (point) => found[rows[point]] === 1);
}

/** The column that is searched where none is named. */
async function mapped(copy: Copy): Promise<string> {
  const searchable = (await copy.columns()).filter((one) => one.searchable).map((one) => one.name);
  const { text_field } = await copy.index();
  if (searchable.length === 0) throw new Refused(400, "this copy has no column of text to search in");
  return text_field !== null && searchable.includes(text_field) ? text_field : searchable[0];
}

/** Read the texts that a search is likely to want, while there is nothing else to do. */
export async function readAhead(copy: Copy): Promise<void> {
  const columns = await copy.columns();
  if (!columns.some((one) => one.searchable)) return;
  const name = await mapped(copy);
  await copy.texts(columns.findIndex((one) => one.name === name), false);
}

async function byValues(copy: Copy, test: CategoryNode, points: number): Promise<Bits> {
  const place = (await copy.columns()).findIndex((one) => one.name === test.field);
  if (place < 0) throw new Refused(400, `this copy has no column "${test.field}"`);
  const wanted = new Set<unknown>(test.values);
  const values = await copy.cells(place);
  return where(points, (point) => wanted.has(values[point]));
}

async function byIds(copy: Copy, test: IdsNode, points: number): Promise<Bits> {
  const wanted = new Set<unknown>(test.ids);
  const ids = await copy.perPoint((block, at) => block.ids[at], null);
  return where(points, (point) => wanted.has(ids[point]));
}
