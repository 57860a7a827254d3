/** Which columns a table shows, and how wide. */

import { computed, signal } from "@preact/signals";
import type { Column } from "../api/format";
import type { Store } from "./store";

export const NARROWEST = 48;
const WIDEST = 1_200;
/** More columns than that are shown when asked for, not at first. */
const MOST_AT_FIRST = 30;

export interface ShownColumn {
  readonly column: Column;
  /** The column's place in `columns.json`, and in a row. */
  readonly place: number;
  /** CSS pixels. */
  readonly width: number;
}

export class ColumnsShown {
  private readonly hidden = signal<ReadonlySet<string> | null>(null);
  private readonly widths = signal<ReadonlyMap<string, number>>(new Map());
  /** The shown columns, the mapped text first. */
  readonly shown = computed<readonly ShownColumn[]>(() => {
    const hidden = this.hidden.value ?? this.hiddenAtFirst();
    const text = this.store.textField.value;
    return this.store.columns.value
      .map((column, place) => ({ column, place, width: this.widths.value.get(column.name) ?? usualWidth(column, text) }))
      .filter(({ column }) => !hidden.has(column.name))
      .sort((a, b) => Number(b.column.name === text) - Number(a.column.name === text));
  });

  constructor(private readonly store: Store) {}

  isShown(name: string): boolean {
    return !(this.hidden.value ?? this.hiddenAtFirst()).has(name);
  }

  show(name: string, on: boolean): void {
    const hidden = new Set(this.hidden.peek() ?? this.hiddenAtFirst());
    if (on) hidden.delete(name);
    else hidden.add(name);
    this.hidden.value = hidden;
  }

  resize(name: string, width: number): void {
    const fit = Math.round(Math.min(Math.max(width, NARROWEST), WIDEST));
    this.widths.value = new Map(this.widths.peek()).set(name, fit);
  }

  private hiddenAtFirst(): ReadonlySet<string> {
    return new Set(this.store.columns.value.slice(MOST_AT_FIRST).map((column) => column.name));
  }
}

function usualWidth(column: Column, text: string | null): number {
  if (column.name === text) return 420;
  const widths = { text: 240, id: 150, category: 140, boolean: 90, number: 110, date: 130, other: 140 };
  return Math.max(widths[column.kind], Math.min(34 + 8 * column.name.length, 200));
}
