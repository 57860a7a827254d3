/** The time slider: which date column, its window, and its play. The window is the condition of the column in the selection. */

import { computed, effect, signal } from "@preact/signals";
import type { Column, DateColumn } from "../api/format";
import type { PageArray } from "../api/loader";
import type { PageSource } from "./page_source";
import type { Selecting } from "./selecting";
import type { Store } from "./store";
import { advance, conditionOf, windowOf, type TimeWindow } from "./time_window";

/** How long the whole span takes at speed 1, milliseconds. */
const WHOLE = 16_000;
/** A window that is opened by play holds this part of the span. */
const FIRST_WIDTH = 1 / 8;
export const SPEEDS = [0.5, 1, 2, 4] as const;
/** Under reduced motion play goes in steps of the window's own width, one a second. */
const STILL_STEP = 1_000;

export class TimeControl {
  readonly dates = computed(() => this.store.columns.value.filter(isDate));
  /** The column that is played; null while the slider is closed. */
  readonly column = signal<DateColumn | null>(null);
  readonly values = signal<PageArray | null>(null);
  readonly trouble = signal<string | null>(null);
  readonly playing = signal(false);
  readonly speed = signal<number>(1);
  readonly window = computed<TimeWindow>(() => {
    const column = this.column.value;
    if (column === null) return { from: 0, to: 0 };
    const test = this.selecting.of(keyOf(column));
    return windowOf(test?.type === "range" ? test : null, column);
  });
  private last = 0;
  /** The window as it is played: conditions know days only, and play moves by parts of one. */
  private exact: TimeWindow = { from: 0, to: 0 };

  constructor(
    private readonly store: Store,
    private readonly pages: PageSource,
    private readonly selecting: Selecting,
  ) {
    effect(() => void this.bring(this.column.value));
    effect(() => {
      if (this.playing.value) this.begin();
    });
  }

  /** Open the slider on a column; its window stays in the selection when it is closed. */
  choose(name: string | null): void {
    this.playing.value = false;
    this.column.value = this.dates.peek().find((one) => one.name === name) ?? null;
  }

  /** Move the window; steps with one mark are undone at once. */
  set(window: TimeWindow, mark: string): void {
    const column = this.column.peek();
    this.exact = window;
    if (column !== null) this.selecting.replace(keyOf(column), conditionOf(window, column), { mark });
  }

  settle(): void {
    this.selecting.settle();
  }

  private async bring(column: DateColumn | null): Promise<void> {
    this.values.value = null;
    this.trouble.value = null;
    if (column === null) return;
    try {
      const values = await this.pages.load(column.files, column.encoding);
      if (this.column.peek() === column) this.values.value = values;
    } catch (error) {
      this.trouble.value = error instanceof Error ? error.message : String(error);
    }
  }

  private begin(): void {
    const column = this.column.peek();
    if (column === null) return;
    this.exact = this.window.peek();
    const { from, to } = this.exact;
    if (from <= column.min && to >= column.max) {
      this.set({ from: column.min, to: column.min + (column.max - column.min) * FIRST_WIDTH }, "play");
    }
    this.last = performance.now();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.stepStill(column);
    else requestAnimationFrame((now) => this.frame(now));
  }

  private frame(now: number): void {
    const column = this.column.peek();
    if (!this.playing.peek() || column === null) return this.end();
    const by = ((now - this.last) / WHOLE) * this.speed.peek() * (column.max - column.min);
    this.last = now;
    // One who looks away for a minute finds the window where it was.
    this.set(advance(this.exact, Math.min(by, (column.max - column.min) / 10), column), "play");
    requestAnimationFrame((next) => this.frame(next));
  }

  private stepStill(column: DateColumn): void {
    setTimeout(() => {
      if (!this.playing.peek() || this.column.peek() !== column) return this.end();
      this.set(advance(this.exact, this.exact.to - this.exact.from, column), "play");
      this.stepStill(column);
    }, STILL_STEP / this.speed.peek());
  }

  private end(): void {
    this.selecting.settle();
  }
}

/** The same key as the filter of the column: both show the one condition. */
function keyOf(column: DateColumn): string {
  return `column:${column.name}`;
}

function isDate(column: Column): column is DateColumn {
  return column.kind === "date" && column.colorable;
}
