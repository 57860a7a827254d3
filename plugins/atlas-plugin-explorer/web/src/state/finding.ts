/** The search box: what is typed becomes a condition of the selection at once, and the first rows that match are listed. */

import { computed, effect, signal } from "@preact/signals";
import type { Client, SearchQuery } from "../api/client";
import type { Row } from "../api/format";
import type { MeaningNode, SelectionNode, TextNode } from "../selection/nodes";
import { findKey, type Test } from "../selection/tree";
import type { RowSource } from "./rows";
import type { Selecting } from "./selecting";
import type { SimilaritySource } from "./similarity_source";

/** The key of the search box's condition. */
export const SEARCH = "search";
/** Words are embedded when typing pauses. */
const PAUSE = 420;
const LIST_PAUSE = 200;
/** How many of the first matches are listed. */
const LISTED = 40;
const FIRST_SIMILARITY = 0.3;

export type Mode = "text" | "meaning";

export interface FindQuery extends SearchQuery {
  readonly mode: Mode;
  /** The least cosine similarity. */
  readonly similarity: number;
}

export const NO_FIND: FindQuery = {
  text: "", field: null, matchCase: false, wholeWord: false, regex: false, mode: "text", similarity: FIRST_SIMILARITY,
};

export interface Hits {
  readonly rows: readonly Row[];
  /** How similar each row is to what was asked; null in a search for words. */
  readonly scores: readonly (number | null)[];
  /** What was searched for. */
  readonly asked: string;
}

const NO_HITS: Hits = { rows: [], scores: [], asked: "" };

export class Finding {
  /** What the box says now. */
  readonly draft = signal<FindQuery>(NO_FIND);
  readonly hits = signal<Hits>(NO_HITS);
  /** The box's condition in the selection. */
  readonly condition = computed(() => findKey(this.selecting.tree.value, SEARCH));
  private timer: ReturnType<typeof setTimeout> | undefined;
  private listing = new AbortController();

  constructor(
    private readonly selecting: Selecting,
    private readonly client: Client,
    private readonly rows: RowSource,
    private readonly likeness: SimilaritySource,
  ) {
    // Undo, a link and the chips change the condition too; the box follows.
    effect(() => this.followCondition(this.condition.value?.test ?? null));
    effect(() => this.list());
  }

  /** Change what the box says. */
  type(part: Partial<FindQuery>): void {
    const query = { ...this.draft.peek(), ...part };
    this.draft.value = query;
    clearTimeout(this.timer);
    if (query.mode === "text" || query.text === "" || part.similarity !== undefined) this.commit();
    else this.timer = setTimeout(() => this.commit(), PAUSE);
  }

  /** Take what the box says into the selection. */
  commit(): void {
    clearTimeout(this.timer);
    this.selecting.replace(SEARCH, testOf(this.draft.peek()), { mark: SEARCH });
  }

  /** Let the condition stand by itself, and begin a search for something else. */
  keep(): void {
    this.commit();
    const { value } = this.condition;
    if (value !== null) this.selecting.release(value.id, { mark: SEARCH });
    this.selecting.settle();
    this.draft.value = { ...this.draft.peek(), text: "" };
  }

  clear(): void {
    this.type({ text: "" });
    this.selecting.settle();
  }

  private followCondition(test: Test | null): void {
    const draft = this.draft.peek();
    if (JSON.stringify(test) === JSON.stringify(testOf(draft))) return;
    if (test === null) this.draft.value = { ...draft, text: "" };
    else if (test.type === "text") this.draft.value = { ...draft, ...queryOf(test) };
    else if (test.type === "meaning" && test.query !== undefined) {
      this.draft.value = { ...draft, mode: "meaning", text: test.query, similarity: test.similarity ?? draft.similarity };
    }
  }

  private list(): void {
    const condition = this.condition.value;
    const node = this.selecting.node.value;
    const waiting = this.selecting.count.value === null;
    this.listing.abort();
    if (condition === null || node === null || waiting) {
      if (condition === null) this.hits.value = NO_HITS;
      return;
    }
    const listing = new AbortController();
    this.listing = listing;
    const { test } = condition;
    const work = (): Promise<Hits> =>
      test.type === "meaning" ? this.nearest(test, listing.signal) : this.first(node, askedOf(test), listing.signal);
    setTimeout(() => void this.show(work, listing.signal), LIST_PAUSE);
  }

  /** A list that cannot be had is not shown; the condition says what is wrong. */
  private async show(work: () => Promise<Hits>, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      const hits = await work();
      if (!signal.aborted) this.hits.value = hits;
    } catch {
      if (!signal.aborted) this.hits.value = NO_HITS;
    }
  }

  private async first(node: SelectionNode, asked: string, signal: AbortSignal): Promise<Hits> {
    const numbers = (await this.client.select(node, signal)).rows.slice(0, LISTED);
    const rows = await this.fetch(numbers, signal);
    return { rows, scores: rows.map(() => null), asked };
  }

  private async nearest(test: MeaningNode, signal: AbortSignal): Promise<Hits> {
    const like = await this.likeness.load(test);
    const selected = this.selecting.mask.peek()?.shown ?? null;
    const rows = await this.fetch(like.rows, signal);
    const listed = rows
      .map((row, k) => ({ row, score: like.scores[k] }))
      .filter(({ row }) => row.position !== null && (selected === null || selected[row.position] === 1))
      .slice(0, LISTED);
    return { rows: listed.map((one) => one.row), scores: listed.map((one) => one.score), asked: askedOf(test) };
  }

  private async fetch(numbers: readonly number[], signal: AbortSignal): Promise<readonly Row[]> {
    if (numbers.length === 0) return [];
    const { rows } = await this.client.rows(numbers, signal);
    rows.forEach((row) => this.rows.keep(row));
    return rows;
  }
}

/** The words that a test looks for. */
export function askedOf(test: Test): string {
  return test.type === "text" || test.type === "meaning" ? (test.query ?? "") : "";
}

/** The test that a query is; null if it asks nothing. */
export function testOf(query: FindQuery): Test | null {
  if (query.text.trim() === "") return null;
  if (query.mode === "meaning") return { type: "meaning", query: query.text, similarity: query.similarity };
  return {
    type: "text",
    query: query.text,
    fields: query.field === null ? null : [query.field],
    regex: query.regex,
    whole_word: query.wholeWord,
    ignore_case: !query.matchCase,
  };
}

function queryOf(test: TextNode): Partial<FindQuery> {
  return {
    mode: "text",
    text: test.query,
    field: test.fields?.at(0) ?? null,
    regex: test.regex,
    wholeWord: test.whole_word,
    matchCase: !test.ignore_case,
  };
}
