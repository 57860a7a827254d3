/** Rows that were fetched once are kept: pointing at a point again asks no one. */

import { fetchPoints } from "../api/client";
import type { Row } from "../api/format";

const MOST = 500;

export class RowCache {
  private readonly rows = new Map<number, Row>();

  get(position: number): Row | null {
    return this.rows.get(position) ?? null;
  }

  keep(position: number, row: Row): void {
    this.rows.delete(position);
    this.rows.set(position, row);
    // A Map keeps the order of insertion, so the first key is the one unused for longest.
    for (const oldest of this.rows.keys()) {
      if (this.rows.size <= MOST) break;
      this.rows.delete(oldest);
    }
  }

  async fetch(position: number): Promise<Row | null> {
    const known = this.get(position);
    if (known !== null) return known;
    const answer = await fetchPoints([position]);
    const row = answer.rows.at(0) ?? null;
    if (row !== null) this.keep(position, row);
    return row;
  }
}
