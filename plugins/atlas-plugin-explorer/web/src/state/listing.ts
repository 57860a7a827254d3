/** The selection as a list: in which order its points come, and how one goes through it. */

import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { json, type Client } from "../api/client";
import { isColorable, type Column } from "../api/format";
import type { Bits } from "../selection/bits";
import { among, byKey, byRow, keysOf } from "./ordering";
import type { PageSource } from "./page_source";
import type { Store } from "./store";

/** `column` null is the order of the dataset. */
export interface Sort {
  readonly column: string | null;
  readonly descending: boolean;
}

/** Stands for a row without a value. */
const NO_RANK = 0xffffffff;

/** Whether rows can be put in the order of a column: lists and structs have none. */
export function isSortable(column: Column): boolean {
  return isColorable(column) || column.kind === "text" || column.kind === "id";
}

const AS_UPLOADED: Sort = { column: null, descending: false };

export class Listing {
  readonly sort = signal<Sort>(AS_UPLOADED);
  /** Positions of the listed points; null before they are in order. */
  readonly order: ReadonlySignal<Uint32Array | null>;
  readonly trouble = signal<string | null>(null);
  private readonly wanted = signal(false);
  private readonly everyone = signal<{ readonly sort: Sort; readonly order: Uint32Array } | null>(null);

  /** The last order that the server was asked for: a column, and where each point comes in it. */
  private asked: { readonly column: string; readonly ranks: Uint32Array } | null = null;

  /** `shown` are the points to list, null for all. */
  constructor(
    private readonly store: Store,
    private readonly client: Client,
    private readonly pages: PageSource,
    shown: ReadonlySignal<Bits | null>,
  ) {
    this.order = computed(() => {
      const everyone = this.everyone.value;
      return everyone === null ? null : among(everyone.order, shown.value);
    });
    effect(() => {
      if (this.wanted.value) void this.arrange(this.sort.value);
    });
  }

  /** Begin to keep the list: row numbers are read only once somebody wants it. */
  want(): void {
    this.wanted.value = true;
  }

  /** Sort by a column, or the other way round if it is sorted by already, or as uploaded again. */
  toggle(column: string): void {
    const now = this.sort.peek();
    if (now.column !== column) this.sort.value = { column, descending: false };
    else this.sort.value = now.descending ? AS_UPLOADED : { column, descending: true };
  }

  /** Return the position `by` places after a point, as far as the list goes; the first if the point is not in it. */
  next(position: number | null, by: number): number | null {
    const order = this.order.peek();
    if (order === null || order.length === 0) return null;
    const at = position === null ? -1 : order.indexOf(position);
    if (at < 0) return order[0];
    return order[Math.min(Math.max(at + by, 0), order.length - 1)];
  }

  private async arrange(sort: Sort): Promise<void> {
    try {
      const order = await this.sorted(sort);
      if (this.sort.peek() !== sort) return;
      this.everyone.value = { sort, order };
      this.trouble.value = null;
    } catch (error) {
      this.trouble.value = error instanceof Error ? error.message : String(error);
    }
  }

  private async sorted(sort: Sort): Promise<Uint32Array> {
    const index = this.store.index.peek();
    if (index === null) throw new Error("The map has not been read yet.");
    const rows = await this.pages.load(index.row_numbers.files, "uint32");
    const uploaded = byRow(rows as Uint32Array);
    const place = this.store.columns.peek().findIndex((one) => one.name === sort.column);
    if (place < 0) return uploaded;
    return byKey(uploaded, await this.keys(place), sort.descending);
  }

  /** A number per point by which a column is sorted. Of texts the page has none: the server knows their order. */
  private async keys(place: number): Promise<Float64Array> {
    const column = this.store.columns.peek()[place];
    if (isColorable(column)) return keysOf(column, await this.pages.load(column.files, column.encoding));
    if (this.asked?.column !== column.name) {
      const answer = await this.client.ask("api/order", json({ column: place }));
      this.asked = { column: column.name, ranks: new Uint32Array(answer.body) };
    }
    return Float64Array.from(this.asked.ranks, (rank) => (rank === NO_RANK ? NaN : rank));
  }
}
