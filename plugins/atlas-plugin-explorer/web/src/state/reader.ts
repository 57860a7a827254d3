/** The row whose details are open, what lies near it, and the way one came. */

import { computed, signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { Row, RowDetail, RowsAnswer } from "../api/format";
import type { RowSource } from "./rows";

export interface Near {
  readonly rows: readonly Row[];
  /** Cosine similarities, or on a euclidean map negative distances. */
  readonly similarities: readonly number[];
  readonly metric: "cosine" | "euclidean";
}

/** What is known of the open row by now. */
export interface Reading {
  readonly row: number;
  readonly detail: RowDetail | null;
  /** Other rows of its group of duplicates, the one to keep first. */
  readonly copies: readonly Row[];
  readonly near: Near | null;
  readonly trouble: string | null;
  /** Why there is nothing near; null while it is awaited. */
  readonly nearTrouble: string | null;
}

const NEIGHBORS = 12;
const COPIES = 12;
const LONGEST_WAY = 100;

export class Reader {
  readonly reading = signal<Reading | null>(null);
  private readonly way = signal<readonly number[]>([]);
  readonly canGoBack = computed(() => this.way.value.length > 0);
  /** Positions of the points nearest to the open row's. */
  readonly near = computed<readonly number[]>(() => (this.reading.value?.near?.rows ?? []).map((row) => row.position).filter((one) => one !== null));
  private asking = new AbortController();

  constructor(
    private readonly client: Client,
    private readonly rows: RowSource,
    private readonly canFindNear: () => boolean,
  ) {}

  /** Open the row of a point. */
  async openAt(position: number): Promise<void> {
    const row = await this.rows.at(position);
    if (row !== null) this.open(row.row);
  }

  open(row: number): void {
    const before = this.reading.peek()?.row;
    if (before === row) return;
    if (before !== undefined) this.way.value = [...this.way.peek(), before].slice(-LONGEST_WAY);
    this.show(row);
  }

  /** Open the next row of a list: back leads to where one came from before, not through the list. */
  turnTo(row: number): void {
    if (this.reading.peek()?.row !== row) this.show(row);
  }

  /** Open the row that was open before. */
  back(): void {
    const row = this.way.peek().at(-1);
    if (row === undefined) return;
    this.way.value = this.way.peek().slice(0, -1);
    this.show(row);
  }

  close(): void {
    this.asking.abort();
    this.way.value = [];
    this.reading.value = null;
  }

  /** Read the open row again, as when a tag has changed. */
  refresh(): void {
    const row = this.reading.peek()?.row;
    if (row !== undefined) void this.readDetail(row, this.asking.signal);
  }

  private show(row: number): void {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    this.reading.value = { row, detail: null, copies: [], near: null, trouble: null, nearTrouble: null };
    void this.readDetail(row, signal);
    if (this.canFindNear()) void this.readNear(row, signal);
  }

  private async readDetail(row: number, signal: AbortSignal): Promise<void> {
    try {
      const detail = await this.client.json<RowDetail>(`api/row?row=${row}`, { signal });
      this.keep(row, { detail });
      const others = (detail.duplicate?.members ?? []).filter((member) => member !== row).slice(0, COPIES);
      if (others.length > 0) this.keep(row, { copies: (await this.client.rows(others, signal)).rows });
    } catch (error) {
      if (!signal.aborted) this.keep(row, { trouble: messageOf(error) });
    }
  }

  private async readNear(row: number, signal: AbortSignal): Promise<void> {
    try {
      const found = await this.client.json<NearAnswer>(`api/neighbors?row=${row}&k=${NEIGHBORS}`, { signal });
      const none: RowsAnswer = { columns: [], rows: [] };
      const { rows } = found.rows.length === 0 ? none : await this.client.rows(found.rows, signal);
      this.keep(row, { near: { rows, similarities: found.similarities, metric: found.metric } });
    } catch (error) {
      if (!signal.aborted) this.keep(row, { nearTrouble: messageOf(error) });
    }
  }

  /** An answer may come when another row is open. */
  private keep(row: number, part: Partial<Reading>): void {
    const reading = this.reading.peek();
    if (reading?.row === row) this.reading.value = { ...reading, ...part };
  }
}

interface NearAnswer {
  readonly rows: readonly number[];
  readonly similarities: readonly number[];
  readonly metric: "cosine" | "euclidean";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
