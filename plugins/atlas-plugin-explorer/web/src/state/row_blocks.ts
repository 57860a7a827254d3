/** Fetches rows of a list in blocks, only those that are looked at, and only the columns that are shown. */

import { signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { Row, RowsAnswer } from "../api/format";

const BLOCK = 50;
const KEPT = 40;
/** One who drags the scroll bar passes over blocks; none of them is asked for. */
const PAUSE = 60;

export class RowBlocks {
  /** Counts what has arrived, for whoever watches. */
  readonly arrived = signal(0);
  readonly trouble = signal<string | null>(null);
  private readonly blocks = new Map<number, readonly Row[]>();
  private readonly asking = new Map<number, AbortController>();
  private order: Uint32Array = new Uint32Array();
  private columns = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Client) {}

  /** List these points, with these columns (by place). What is known already of the same list is kept. */
  list(order: Uint32Array, columns: readonly number[]): void {
    const wanted = columns.join(",");
    if (order === this.order && wanted === this.columns) return;
    for (const controller of this.asking.values()) controller.abort();
    this.asking.clear();
    this.blocks.clear();
    [this.order, this.columns] = [order, wanted];
  }

  /** Return the row of the k-th point, its values in the order of the columns; null while it is awaited. */
  at(k: number): Row | null {
    return this.blocks.get(Math.floor(k / BLOCK))?.[k % BLOCK] ?? null;
  }

  /** Fetch what is missing from `first` on, and drop requests for what is no longer looked at. */
  want(first: number, count: number): void {
    const [from, to] = [Math.floor(first / BLOCK), Math.floor((Math.min(first + count, this.order.length) - 1) / BLOCK)];
    for (const [block, controller] of this.asking) {
      if (block >= from && block <= to) continue;
      controller.abort();
      this.asking.delete(block);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (let block = from; block <= to; block++) if (!this.blocks.has(block) && !this.asking.has(block)) void this.fetch(block);
    }, this.blocks.size === 0 ? 0 : PAUSE);
  }

  private async fetch(block: number): Promise<void> {
    const controller = new AbortController();
    this.asking.set(block, controller);
    const positions = this.order.subarray(block * BLOCK, (block + 1) * BLOCK);
    try {
      const address = `api/rows?positions=${positions.join(",")}&columns=${this.columns}`;
      const answer = await this.client.json<RowsAnswer>(address, { signal: controller.signal });
      if (controller.signal.aborted) return;
      this.keep(block, answer.rows);
      this.trouble.value = null;
    } catch (error) {
      if (!controller.signal.aborted) this.trouble.value = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.asking.get(block) === controller) this.asking.delete(block);
    }
  }

  private keep(block: number, rows: readonly Row[]): void {
    this.blocks.set(block, rows);
    for (const oldest of this.blocks.keys()) {
      if (this.blocks.size <= KEPT) break;
      this.blocks.delete(oldest);
    }
    this.arrived.value++;
  }
}
