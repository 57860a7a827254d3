/** How the values of columns are spread: the server counts all rows once, the page counts the selected ones. */

import { json, type Client } from "../api/client";
import type { CategoryColumn, CategoryValue, ColorColumn } from "../api/format";
import type { PageArray } from "../api/loader";
import { has, type Bits } from "../selection/bits";
import { NULL_CODE } from "../selection/codes";
import type { SelectionNode } from "../selection/nodes";

export type Scale = "linear" | "log" | "quantile";

export interface RangeStats {
  readonly kind: "number" | "date";
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly selected: readonly number[] | null;
  readonly nulls: number;
  readonly outside: number;
}

export interface CategoryStats {
  readonly kind: "category" | "boolean";
  readonly categories: readonly { readonly value: CategoryValue; readonly count: number; readonly selected: number | null }[];
  readonly nulls: number;
  readonly nulls_selected: number | null;
}

export type Stats = RangeStats | CategoryStats;

export function isRange(stats: Stats): stats is RangeStats {
  return "edges" in stats;
}

const KEPT = 200;

export class StatsSource {
  private readonly known = new Map<string, Promise<Stats>>();

  constructor(private readonly client: Client) {}

  /** How a column, by its place, is spread over all rows, and over those of a selection if one is given. */
  of(column: number, scale: Scale, selection: SelectionNode | null): Promise<Stats> {
    const body = { column, bins: 40, scale, selection };
    const key = JSON.stringify(body);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const asking = this.client.json<Stats>("api/stats", json(body));
    this.known.set(key, asking);
    asking.catch(() => this.known.delete(key));
    for (const oldest of this.known.keys()) {
      if (this.known.size <= KEPT) break;
      this.known.delete(oldest);
    }
    return asking;
  }
}

/** Count the selected points into what was counted of all; null if the page cannot, as values share a code. */
export function countSelected(stats: Stats, column: ColorColumn, values: PageArray, bits: Bits): Stats | null {
  if (isRange(stats)) return { ...stats, selected: countInto(stats.edges, values, bits) };
  if (!("categories" in column) || column.other.values > 0) return null;
  return countCodes(stats, column, values, bits);
}

function countInto(edges: readonly number[], values: PageArray, bits: Bits): number[] {
  const counts = new Array<number>(Math.max(edges.length - 1, 0)).fill(0);
  const last = edges.length - 1;
  for (let point = 0; point < values.length; point++) {
    const value = values[point];
    if (!has(bits, point) || !(value >= edges[0] && value <= edges[last])) continue;
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (value >= edges[middle]) low = middle;
      else high = middle;
    }
    counts[low]++;
  }
  return counts;
}

function countCodes(stats: CategoryStats, column: CategoryColumn, values: PageArray, bits: Bits): CategoryStats {
  const counts = new Uint32Array(256);
  for (let point = 0; point < values.length; point++) if (has(bits, point)) counts[values[point]]++;
  const places = new Map(column.categories.map(({ value }, code) => [value, code]));
  const categories = stats.categories.map((one) => ({ ...one, selected: counts[places.get(one.value) ?? NULL_CODE] }));
  return { ...stats, categories, nulls_selected: counts[NULL_CODE] };
}
