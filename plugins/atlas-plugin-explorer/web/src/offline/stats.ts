/** Answers `api/stats`: how the values of a column are spread over the living points, and over those of a selection. */

import type { CategoryColumn, DateColumn, NumberColumn } from "../api/format";
import type { PageArray } from "../api/loader";
import { has, type Bits } from "../selection/bits";
import { NULL_CODE } from "../selection/codes";
import { Refused, type Copy } from "./copy";
import { edgesOf, type Scale } from "./edges";

export interface Spread {
  readonly column: number;
  readonly bins?: number;
  readonly scale?: Scale;
}

export async function statsAnswer(copy: Copy, asked: Spread, chosen: Bits | null): Promise<unknown> {
  const entry = (await copy.columns()).at(asked.column);
  const found = entry === undefined ? null : await copy.column(entry.name);
  if (found === null) throw new Refused(400, `the column ${asked.column} has no values to count`);
  const alive = await copy.alive();
  if ("categories" in found.entry) return categories(found.entry, found.values, alive, chosen);
  return histogram(found.entry, found.values, alive, chosen, asked.bins ?? 40, asked.scale ?? "linear");
}

function categories(entry: CategoryColumn, codes: PageArray, alive: Bits, chosen: Bits | null): unknown {
  const [every, some] = [new Uint32Array(256), new Uint32Array(256)];
  codes.forEach((code: number, point: number) => {
    if (!has(alive, point)) return;
    every[code]++;
    if (chosen !== null && has(chosen, point)) some[code]++;
  });
  const listed = entry.categories
    .map(({ value }, code) => ({ value, count: every[code], selected: chosen === null ? null : some[code] }))
    .sort((a, b) => b.count - a.count);
  const nulls = { nulls: every[NULL_CODE], nulls_selected: chosen === null ? null : some[NULL_CODE] };
  return { kind: entry.kind, categories: listed, ...nulls };
}

function histogram(
  entry: NumberColumn | DateColumn, values: PageArray, alive: Bits, chosen: Bits | null, bins: number, scale: Scale,
): unknown {
  const fitting: number[] = [];
  let [nulls, outside] = [0, 0];
  values.forEach((value: number, point: number) => {
    if (!has(alive, point)) return;
    if (Number.isNaN(value)) nulls++;
    else if (!Number.isFinite(value) || (scale === "log" && value <= 0)) outside++;
    else fitting.push(point);
  });
  const sorted = Float64Array.from(fitting, (point) => values[point]).sort();
  const edges = edgesOf(sorted, bins, scale, entry);
  const [counts, selected] = [new Array<number>(Math.max(edges.length - 1, 0)).fill(0), [] as number[]];
  selected.push(...counts);
  for (const point of fitting) {
    const bin = binOf(edges, values[point]);
    if (bin < 0) continue;
    counts[bin]++;
    if (chosen !== null && has(chosen, point)) selected[bin]++;
  }
  const ends = { min: sorted.at(0) ?? null, max: sorted.at(-1) ?? null };
  return { kind: entry.kind, edges, counts, selected: chosen === null ? null : selected, nulls, outside, ...ends };
}

/** The bin of a value; the last includes its upper edge. -1 for none. */
function binOf(edges: readonly number[], value: number): number {
  if (edges.length < 2 || value < edges[0] || value > edges[edges.length - 1]) return -1;
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
