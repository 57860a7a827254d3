import assert from "node:assert/strict";
import { test } from "node:test";
import type { DateColumn, NumberColumn } from "../src/api/format";
import { where } from "../src/selection/bits";
import { evaluateHere, type Loaded } from "../src/selection/here";
import { binsOfRange, rangeOfBins, type RangeColumn } from "../src/state/bins";
import { countSelected, type RangeStats } from "../src/state/stats";
import { seeded } from "./random";

const base = { type: "double", colorable: true, searchable: false, nulls: 0, files: "x", quantiles: [] } as const;
const whole: NumberColumn = { ...base, name: "stars", kind: "number", encoding: "float32", integer: true, min: 1, max: 5 };
const real: NumberColumn = { ...whole, name: "price", integer: false, min: 0, max: 10 };
const day: DateColumn = { ...base, name: "day", kind: "date", encoding: "float64", unit: "day", min: 0, max: 4 * 86_400_000 };

function loadedWith(entry: RangeColumn, values: Float32Array | Float64Array): Loaded {
  return {
    points: values.length, positions: null, column: () => ({ entry, values }), topics: () => [], topicPlaces: () => null,
    duplicates: () => null, similarities: () => null,
  };
}

test("bins of whole numbers become bounds that are whole numbers, both included", () => {
  const edges = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5];
  assert.deepEqual(rangeOfBins(whole, edges, 1, 4), { type: "range", field: "stars", low: 2, high: 4 });
  assert.deepEqual(rangeOfBins(whole, edges, 0, 2), { type: "range", field: "stars", low: null, high: 2 });
  assert.equal(rangeOfBins(whole, edges, 0, 5), null);
  assert.deepEqual(binsOfRange({ type: "range", field: "stars", low: 2, high: 4 }, whole, edges), { from: 1, to: 4 });
  // Wide bins of whole numbers do not share a number.
  assert.deepEqual(rangeOfBins(whole, [0, 10, 20, 30], 1, 2), { type: "range", field: "stars", low: 10, high: 19 });
});

test("bins of days become days, the last of them whole", () => {
  const edges = [0, 1, 2, 3, 4, 5].map((k) => k * 86_400_000);
  const range = rangeOfBins(day, edges, 1, 3);
  assert.deepEqual(range, { type: "range", field: "day", low: "1970-01-02", high: "1970-01-03" });
  const { from, to } = binsOfRange(range, day, edges);
  assert.equal(from, 1);
  assert.ok(Math.abs(to - 3) < 1e-6);
});

test("what a histogram counts in some bins is what their range selects", () => {
  const random = seeded(3);
  for (const [column, edges, draw] of [
    [whole, [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], () => 1 + Math.floor(random() * 5)],
    [real, [0, 1.25, 2.5, 5, 7.5, 10], () => Math.round(random() * 97) / 9.7],
  ] as const) {
    const values = Float32Array.from({ length: 500 }, draw);
    const empty: RangeStats = { kind: "number", edges, counts: [], selected: null, nulls: 0, outside: 0 };
    const counted = countSelected(empty, column, values, where(500, () => true)) as RangeStats;
    for (let from = 0; from < 5; from++) {
      for (let to = from + 1; to <= 5; to++) {
        const range = rangeOfBins(column, edges, from, to);
        const bits = range === null ? null : evaluateHere(range, loadedWith(column, values))?.bits;
        if (!bits) continue;
        const inBins = (counted.selected ?? []).slice(from, to).reduce((a, b) => a + b, 0);
        // Real numbers that lie on the upper edge are selected, and counted in the next bin.
        const onEdge = column === real && to < 5 ? values.filter((value) => value === edges[to]).length : 0;
        assert.equal(where(500, (k) => ((bits[k >> 5] >>> (k & 31)) & 1) === 1).reduce((n, w) => n + popcount(w), 0), inBins + onEdge);
      }
    }
  }
});

function popcount(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
}

test("a range without bins, and a column of one value, break nothing", () => {
  assert.equal(rangeOfBins(real, [], 0, 1), null);
  assert.deepEqual(binsOfRange({ type: "range", field: "price", low: 3, high: 4 }, real, []), { from: 0, to: 0 });
  assert.equal(rangeOfBins(real, [5, 5.1], 0, 1), null);
  assert.deepEqual(binsOfRange(null, real, [0, 1, 2]), { from: 0, to: 2 });
});
