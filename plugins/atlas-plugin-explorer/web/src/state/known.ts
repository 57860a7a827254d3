/** What the page has of the map to evaluate conditions with, and what it can bring in for them. */

import type { ColorColumn, Topic } from "../api/format";
import { isColorable } from "../api/format";
import type { Encoding, PageArray } from "../api/loader";
import type { Loaded, Similarities } from "../selection/here";
import type { Test } from "../selection/tree";
import type { Points } from "../render/renderer";
import type { PageSource } from "./page_source";
import type { SimilaritySource } from "./similarity_source";
import type { Store } from "./store";

/** Above so many points a column is not brought in for a filter: the server is asked for its mask. */
const MOST_POINTS = 3_000_000;

export class Known implements Loaded {
  /** All positions, once they have arrived. */
  positions: Points | null = null;

  constructor(
    private readonly store: Store,
    private readonly pages: PageSource,
    private readonly likeness: SimilaritySource,
  ) {}

  get points(): number {
    return this.store.index.peek()?.points ?? 0;
  }

  /** Whether columns may be brought in whole. */
  get mayLoad(): boolean {
    return this.points <= MOST_POINTS;
  }

  column(name: string): { readonly entry: ColorColumn; readonly values: PageArray } | null {
    const entry = this.entryOf(name);
    const values = entry === undefined ? null : this.pages.peek(entry.files);
    return entry === undefined || values === null ? null : { entry, values };
  }

  topics(): readonly Topic[] {
    return this.store.topics.peek();
  }

  topicPlaces(depth: number): PageArray | null {
    const files = this.store.index.peek()?.topics?.depths.find((one) => one.depth === depth)?.files;
    return files === undefined ? null : this.pages.peek(files);
  }

  duplicates(): PageArray | null {
    const files = this.store.index.peek()?.duplicates?.files;
    return files === undefined ? null : this.pages.peek(files);
  }

  similarities(test: Test): Similarities | null {
    return this.likeness.peek(test);
  }

  /** Bring in what a test needs; null when the page has all it can have, or when the server is the one to ask. */
  bring(test: Test): Promise<unknown> | null {
    if (test.type === "meaning" || test.type === "neighbors") {
      return this.likeness.peek(test) === null ? this.likeness.load(test) : null;
    }
    const missing = this.filesOf(test).filter(({ files }) => this.pages.peek(files) === null);
    if (missing.length === 0 || !this.mayLoad) return null;
    return Promise.all(missing.map(({ files, encoding }) => this.pages.load(files, encoding)));
  }

  private filesOf(test: Test): { readonly files: string; readonly encoding: Encoding }[] {
    const index = this.store.index.peek();
    if (index === null) return [];
    if (test.type === "topics" && index.topics !== null) {
      const { encoding, depths } = index.topics;
      const wanted = new Set(this.topics().filter((one) => test.ids.includes(one.id)).map((one) => one.depth));
      return depths.filter((one) => wanted.has(one.depth)).map(({ files }) => ({ files, encoding }));
    }
    if (test.type === "duplicates" && index.duplicates !== null) return [index.duplicates];
    if (test.type !== "range" && test.type !== "category") return [];
    const entry = this.entryOf(test.field);
    return entry === undefined ? [] : [entry];
  }

  private entryOf(name: string): ColorColumn | undefined {
    const entry = this.store.columns.peek().find((one) => one.name === name);
    return entry !== undefined && isColorable(entry) ? entry : undefined;
  }
}
