/** The search box: what is asked becomes a condition of the selection at once, and the first rows that match are listed. */

import { computed, effect, signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { Row } from "../api/format";
import type { RowId, SelectionNode } from "../selection/nodes";
import { findKey, type Test } from "../selection/tree";
import { askedOf, isLikeness, NO_FIND, queryOf, testOf, type FindQuery } from "./find_query";
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
  /** Whether it is being found out how like something the rows are. */
  readonly pending = signal(false);
  readonly trouble = signal<string | null>(null);
  /** The box's condition in the selection. */
  readonly condition = computed(() => findKey(this.selecting.tree.value, SEARCH));
  private timer: ReturnType<typeof setTimeout> | undefined;
  private listing = new AbortController();
  private round = 0;

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
    const before = this.draft.peek();
    // Another text has another scale of likeness.
    const anew = part.text !== undefined || part.mode !== undefined || part.vector !== undefined;
    const query = { ...before, ...(anew ? { similarity: null } : {}), ...part };
    this.draft.value = query;
    this.trouble.value = null;
    clearTimeout(this.timer);
    if (query.mode !== "meaning" || query.text === "" || !anew) void this.commit();
    else this.timer = setTimeout(() => void this.commit(), PAUSE);
  }

  /** Take what the box says into the selection. */
  async commit(): Promise<void> {
    clearTimeout(this.timer);
    const round = ++this.round;
    let query = this.draft.peek();
    const test = testOf(query);
    if (test !== null && test.type === "meaning" && query.similarity === null) {
      const similarity = await this.firstSimilarity(test, round);
      if (round !== this.round || similarity === undefined) return;
      query = { ...query, similarity };
      this.draft.value = query;
    }
    this.selecting.replace(SEARCH, testOf(query), { mark: SEARCH });
  }

  /** Let the condition stand by itself, and begin a search for something else. */
  async keep(): Promise<void> {
    await this.commit();
    const { value } = this.condition;
    if (value === null) return;
    this.selecting.release(value.id, { mark: SEARCH });
    this.selecting.settle();
    this.draft.value = { ...this.draft.peek(), text: "", vector: null, row: null };
  }

  clear(): void {
    const { mode } = this.draft.peek();
    this.type({ text: "", vector: null, row: null, ...(mode === "row" ? { mode: "text" } : {}) });
    this.selecting.settle();
  }

  /** Find the rows nearest to a row. */
  near(id: RowId, k = this.draft.peek().k): void {
    this.selecting.settle();
    this.type({ mode: "row", text: String(id), row: id, k });
  }

  /** Find rows like an image that the reader has. */
  async like(image: Blob, name: string): Promise<void> {
    this.draft.value = { ...this.draft.peek(), mode: "image", text: name, vector: null };
    const round = ++this.round;
    try {
      this.pending.value = true;
      const body = new Uint8Array(await image.arrayBuffer());
      const answer = await this.client.ask("api/vector", { method: "POST", body, type: image.type });
      const { vector } = JSON.parse(new TextDecoder().decode(answer.body)) as { vector: readonly number[] };
      // Six digits are all that float32 has, and links stay short.
      if (round === this.round) this.type({ mode: "image", text: name, vector: vector.map((value) => Number(value.toPrecision(6))) });
    } catch (error) {
      if (round === this.round) this.fail(error);
    } finally {
      if (round === this.round) this.pending.value = false;
    }
  }

  /** The similarity of the nearest twentieth, of a hundred rows at most: a first choice. Undefined if there is no answer. */
  private async firstSimilarity(test: Test, round: number): Promise<number | null | undefined> {
    try {
      this.pending.value = true;
      const { metric, scores, codes } = await this.likeness.load(test);
      const rank = Math.min(Math.max(Math.round(codes.length / 20), 10), scores.length);
      // Distances have no scale of their own: there the nearest are counted.
      return metric === "euclidean" ? null : Math.floor(1000 * (scores[rank - 1] ?? 0)) / 1000;
    } catch (error) {
      if (round === this.round) this.fail(error);
      return undefined;
    } finally {
      if (round === this.round) this.pending.value = false;
    }
  }

  private fail(error: unknown): void {
    this.selecting.replace(SEARCH, null, { mark: SEARCH });
    this.trouble.value = error instanceof Error ? error.message : String(error);
  }

  private followCondition(test: Test | null): void {
    const draft = this.draft.peek();
    if (JSON.stringify(test) === JSON.stringify(testOf(draft))) return;
    if (test === null) {
      // What is still to be embedded stays in the box.
      if (draft.mode === "text" || draft.similarity !== null) this.draft.value = { ...draft, text: "", vector: null, row: null };
      return;
    }
    const query = queryOf(test);
    if (query !== null) this.draft.value = { ...draft, ...query };
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
    const work = (): Promise<Hits> => (isLikeness(test) ? this.nearest(test, listing.signal) : this.first(node, askedOf(test), listing.signal));
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

  private async nearest(test: Test, signal: AbortSignal): Promise<Hits> {
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
