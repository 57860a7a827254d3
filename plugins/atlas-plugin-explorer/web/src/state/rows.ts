/** Goes between points and rows, and keeps the rows that were fetched: pointing at a point again asks no one. */

import type { Client } from "../api/client";
import type { PageEntry, Row } from "../api/format";
import type { Store } from "./store";

const MOST = 500;

export class RowSource {
  private readonly rows = new Map<number, Row>();
  private readonly pages = new Map<number, Promise<Uint32Array>>();

  constructor(
    private readonly client: Client,
    private readonly store: Store,
  ) {}

  keep(row: Row): void {
    this.rows.delete(row.row);
    this.rows.set(row.row, row);
    // A Map keeps the order of insertion, so the first key is the one unused for longest.
    for (const oldest of this.rows.keys()) {
      if (this.rows.size <= MOST) break;
      this.rows.delete(oldest);
    }
  }

  /** Return the row of the point at `position`. */
  async at(position: number): Promise<Row | null> {
    const page = this.store.index.peek()?.pages.find((one) => position >= one.start && position < one.start + one.count);
    if (page === undefined) return null;
    const number = (await this.numbers(page))[position - page.start];
    const known = this.rows.get(number);
    if (known !== undefined) return known;
    const row = (await this.client.rows([number])).rows.at(0) ?? null;
    if (row !== null) this.keep(row);
    return row;
  }

  /** Return where a row lies in page order, or -1 if it has no place. Reads all row numbers, so only when asked for. */
  async positionOf(row: number): Promise<number> {
    const found = await Promise.all(
      (this.store.index.peek()?.pages ?? []).map(async (page) => {
        const place = (await this.numbers(page)).indexOf(row);
        return place < 0 ? -1 : page.start + place;
      }),
    );
    return Math.max(-1, ...found);
  }

  private numbers(page: PageEntry): Promise<Uint32Array> {
    const known = this.pages.get(page.page);
    if (known !== undefined) return known;
    const loading = this.client
      .page(this.store.index.peek()?.row_numbers.files ?? "", page.page)
      .then((buffer) => new Uint32Array(buffer));
    this.pages.set(page.page, loading);
    // What failed is asked for anew the next time.
    loading.catch(() => this.pages.delete(page.page));
    return loading;
  }
}
