import assert from "node:assert/strict";
import { test } from "node:test";
import type { CategoryColumn, NumberColumn, Topic } from "../src/api/format";
import { columnColoring, duplicateColoring, tally, topicColoring } from "../src/color/coloring";
import { askedBy, keysAsked, type Subject } from "../src/color/legend";
import { makeScale, scalesFor, usualScale } from "../src/color/scale";
import { seeded } from "./random";

function number(part: Partial<NumberColumn>): NumberColumn {
  return {
    name: "n", kind: "number", type: "double", colorable: true, searchable: false, nulls: 0, encoding: "float32",
    files: "", integer: false, min: 0, max: 100, quantiles: [1, 5, 25, 50, 75, 95, 99], ...part,
  };
}

const COUNTRY: CategoryColumn = {
  name: "country", kind: "category", type: "string", colorable: true, searchable: true, nulls: 1, encoding: "uint8",
  files: "", categories: [{ value: "DE", count: 2 }, { value: "FR", count: 1 }], other: { values: 4, count: 5 },
};

function topic(id: number, depth: number): Topic {
  return { id, depth, parent: null, x: 0, y: 0, size: 1, label: `t${id}`, description: "", keywords: [], hull: [] };
}

const SUBJECTS: readonly { subject: Subject; keys: readonly number[] }[] = [
  { subject: { by: "category", column: COUNTRY }, keys: [0, 1, 2, 3] },
  { subject: { by: "steps", column: number({ name: "stars", integer: true, min: 1, max: 5, nulls: 1 }) }, keys: [0, 1, 2, 3, 4, 5] },
  { subject: { by: "topics", topics: [topic(7, 1), topic(9, 2), topic(8, 1)], depth: 1 }, keys: [0, 2, 3] },
  { subject: { by: "duplicates" }, keys: [0, 1, 2] },
  { subject: { by: "scale", column: number({ nulls: 3 }) }, keys: [256] },
];

function numbers(count: number, seed: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, random);
}

test("a legend finds in the selection the entries that were clicked, whichever they were", () => {
  for (const { subject, keys } of SUBJECTS) {
    for (let some = 1; some < 2 ** keys.length; some++) {
      const chosen = new Set(keys.filter((_, k) => (some >> k) & 1));
      const asked = askedBy(subject, chosen);
      assert.ok(asked !== null);
      assert.deepEqual([...keysAsked(subject, asked)].sort(), [...chosen].sort(), `${subject.by} ${[...chosen].join()}`);
    }
  }
});

test("nothing clicked asks for nothing, and a condition on something else marks nothing", () => {
  for (const { subject } of SUBJECTS) {
    assert.equal(askedBy(subject, new Set()), null);
    assert.equal(keysAsked(subject, { test: { type: "category", field: "elsewhere", values: [1] }, not: false }).size, 0);
  }
});

test("other values are asked for as none of the listed ones", () => {
  assert.deepEqual(askedBy({ by: "category", column: COUNTRY }, new Set([0, 2])), {
    test: { type: "category", field: "country", values: ["FR", null] },
    not: true,
  });
});

test("neighbouring grades are asked for as a range", () => {
  const column = number({ name: "stars", integer: true, min: 1, max: 5 });
  assert.deepEqual(askedBy({ by: "steps", column }, new Set([3, 4]))?.test, { type: "range", field: "stars", low: 4, high: 5 });
});

test("grades are named one by one, with their counts", () => {
  const column = number({ name: "stars", integer: true, min: 1, max: 5, nulls: 1 });
  const { colors, legend } = columnColoring(column, Float32Array.of(1, 5, 5, NaN), false);
  assert.deepEqual([...colors.index], [0, 4, 4, 5]);
  assert.ok(legend.kind === "entries");
  assert.deepEqual(legend.entries.map(({ label, count }) => [label, count]), [["1", 1], ["5", 2], ["no value", 1]]);
});

test("every scale goes up, stays within 0 and 1, and finds its values again", () => {
  const values = Float32Array.from(numbers(3_000, 5), (value) => Math.exp(8 * value));
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))];
  const column = number({ min: at(0), max: at(1), quantiles: [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map(at) });
  for (const kind of scalesFor(column)) {
    const scale = makeScale(kind, column, values);
    const places = sorted.map((value) => scale.at(value));
    places.forEach((place, k) => assert.ok(place >= 0 && place <= 1 && (k === 0 || place >= places[k - 1]), kind));
    for (const t of [0.2, 0.5, 0.8]) assert.ok(Math.abs(scale.at(scale.valueAt(t)) - t) < 0.01, `${kind} ${t}`);
    assert.ok(scale.ticks.length >= 2 && scale.ticks.every((tick) => tick.at >= 0 && tick.at <= 1), kind);
  }
  assert.equal(usualScale(column), "log");
});

test("ranks spread the colours evenly, however skewed the values are", () => {
  const values = Float32Array.from(numbers(2_000, 6), (value) => value ** 9);
  const scale = makeScale("quantile", number({ min: 0, max: 1 }), values);
  const low = values.filter((value) => scale.at(value) < 0.5).length;
  assert.ok(Math.abs(low - 1_000) < 5);
});

test("zeros lie at the low end of a logarithmic scale, and dates and negative numbers have none", () => {
  const column = number({ min: 0, max: 1000, quantiles: [0, 0, 1, 10, 100, 900, 990] });
  const scale = makeScale("log", column, Float32Array.of(0, 0.5, 1, 1000));
  assert.equal(scale.at(0), 0);
  assert.ok(scale.at(1) < scale.at(30) && scale.at(30) < scale.at(900));
  assert.ok(!scalesFor(number({ min: -1 })).includes("log"));
  assert.equal(makeScale("log", number({ min: -5, max: 5 }), Float32Array.of(-5, 5)).kind, "linear");
});

test("counts follow the mask", () => {
  assert.deepEqual([...tally(Uint16Array.of(0, 1, 1, 2), 3)], [1, 2, 1]);
  assert.deepEqual([...tally(Uint16Array.of(0, 1, 1, 2), 3, Uint8Array.of(1, 0, 1, 0))], [1, 1, 0]);
});

test("duplicates and rows without a topic are counted", () => {
  const { legend } = duplicateColoring(Uint8Array.of(0, 0, 1, 2), true);
  assert.ok(legend.kind === "entries");
  assert.deepEqual(legend.entries.map((entry) => entry.count), [2, 1, 1]);
  const topics = topicColoring([topic(1, 1)], [{ lightness: 0.6, chroma: 0.1, hue: 0 }], 1, Uint16Array.of(0, 65535), 65535, false);
  assert.ok(topics.legend.kind === "entries" && topics.legend.entries.at(-1)?.label === "no topic");
});
