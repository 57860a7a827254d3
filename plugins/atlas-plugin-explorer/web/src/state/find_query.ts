/** What the search box asks, and the condition that it is. */

import type { SearchQuery } from "../api/client";
import type { RowId, TextNode } from "../selection/nodes";
import type { Test } from "../selection/tree";

/** Words in the text; likeness to a text, to an image, or to a row. */
export type Mode = "text" | "meaning" | "image" | "row";

export interface FindQuery extends SearchQuery {
  readonly mode: Mode;
  /** The least cosine similarity; null before it is known what there is. */
  readonly similarity: number | null;
  /** How many of the nearest, for a row, and where only distances are known. */
  readonly k: number;
  /** The image as the map's embedder sees it; `text` is then its name. */
  readonly vector: readonly number[] | null;
  readonly row: RowId | null;
}

export const NEAREST = 50;

export const NO_FIND: FindQuery = {
  text: "", field: null, matchCase: false, wholeWord: false, regex: false, mode: "text", similarity: null, k: NEAREST, vector: null, row: null,
};

/** The test that a query is; null if it asks nothing. */
export function testOf(query: FindQuery): Test | null {
  const { mode, text, similarity, k, vector, row } = query;
  if (mode === "row") return row === null ? null : { type: "neighbors", id: row, k };
  const limit = similarity === null ? { k } : { similarity };
  if (mode === "image") return vector === null ? null : { type: "meaning", vector, ...limit };
  if (text.trim() === "") return null;
  if (mode === "meaning") return { type: "meaning", query: text, ...limit };
  return {
    type: "text", query: text, fields: query.field === null ? null : [query.field], regex: query.regex,
    whole_word: query.wholeWord, ignore_case: !query.matchCase,
  };
}

/** What the box says for a test; null if it cannot say it. */
export function queryOf(test: Test): Partial<FindQuery> | null {
  if (test.type === "text") return wordsOf(test);
  if (test.type === "neighbors") return { mode: "row", text: String(test.id), row: test.id, k: test.k };
  if (test.type !== "meaning") return null;
  const limit = { similarity: test.similarity ?? null, ...(test.k === undefined ? {} : { k: test.k }) };
  if (test.query !== undefined) return { mode: "meaning", text: test.query, ...limit };
  return test.vector === undefined ? null : { mode: "image", text: "image", vector: test.vector, ...limit };
}

function wordsOf(test: TextNode): Partial<FindQuery> {
  return {
    mode: "text", text: test.query, field: test.fields?.at(0) ?? null, regex: test.regex,
    wholeWord: test.whole_word, matchCase: !test.ignore_case,
  };
}

/** What a test looks for, in a word. */
export function askedOf(test: Test): string {
  if (test.type === "neighbors") return String(test.id);
  if (test.type !== "text" && test.type !== "meaning") return "";
  return test.query ?? "image";
}

/** Whether rows are found by how like something they are. */
export function isLikeness(test: Test): boolean {
  return test.type === "meaning" || test.type === "neighbors";
}
