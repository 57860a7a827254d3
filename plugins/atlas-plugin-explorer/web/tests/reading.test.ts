import assert from "node:assert/strict";
import { test } from "node:test";
import type { CategoryColumn, DateColumn, Topic } from "../src/api/format";
import { where } from "../src/selection/bits";
import { evaluateHere } from "../src/selection/here";
import { among, byKey, byRow, keysOf } from "../src/state/ordering";
import { advance, binEdges, clampWindow, conditionOf, histogram, snapped, windowOf } from "../src/state/time_window";
import { boxOfTopic, growTree, linesOf } from "../src/state/topic_tree";
import { pieces, safeAddress } from "../src/ui/rows/links";
import { seeded } from "./random";

test("only http and https become links, whatever a text holds", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.b/c", "file:///etc/passwd", "JaVaScRiPt:alert(1)", "//evil.example"]) {
    assert.equal(safeAddress(text), null);
    assert.deepEqual(pieces(text), [{ text, address: null }]);
  }
  assert.equal(safeAddress("https://example.org/a"), "https://example.org/a");
});

test("an address ends where the sentence goes on", () => {
  const of = (text: string): string[] => pieces(text).flatMap(({ text: part, address }) => (address === null ? [] : [part]));
  assert.deepEqual(of("See https://example.org/a. Then (http://b.org/x_(y)) and <https://c.org>!"), [
    "https://example.org/a", "http://b.org/x_(y)", "https://c.org",
  ]);
});

test("the pieces of any text are the text", () => {
  const random = seeded(3);
  const parts = ["https://", "a.org", " ", ".", "(", ")", "javascript:", "مرحبا", "🍵", "<b>", "\n", "http://[::1", "?q=1&b"];
  for (let k = 0; k < 300; k++) {
    const text = Array.from({ length: 8 }, () => parts[Math.floor(random() * parts.length)]).join("");
    const found = pieces(text);
    assert.equal(found.map((piece) => piece.text).join(""), text);
    for (const { address } of found) assert.ok(address === null || /^https?:/u.test(address));
  }
});

test("points are sorted as a plain sort would, equal ones staying in order and missing ones last", () => {
  const random = seeded(8);
  const keys = Float64Array.from({ length: 2_000 }, () => (random() < 0.1 ? NaN : Math.round((random() - 0.5) * 200) / 8));
  const rows = Uint32Array.from({ length: 2_000 }, (_, k) => (k * 7) % 2_003);
  const order = byRow(rows);
  assert.deepEqual([...order], [...rows.keys()].sort((a, b) => rows[a] - rows[b]));
  for (const sign of [1, -1]) {
    const plain = [...order].sort((a, b) => {
      if (Number.isNaN(keys[a]) || Number.isNaN(keys[b])) return Number(Number.isNaN(keys[a])) - Number(Number.isNaN(keys[b]));
      return sign * (keys[a] - keys[b]);
    });
    assert.deepEqual([...byKey(order, keys, sign < 0)], plain);
  }
  assert.deepEqual([...among(order, where(2_000, (point) => point < 3))], [...order].filter((point) => point < 3));
});

test("infinities, zeros and large numbers are sorted too", () => {
  const keys = Float64Array.of(1e300, -Infinity, 0, -0, Infinity, NaN, -1e-300, 2 ** 53);
  assert.deepEqual([...byKey(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), keys, false)], [1, 6, 2, 3, 7, 0, 4, 5]);
});

test("categories are sorted by name, numbers in them as numbers, nulls last", () => {
  const column: CategoryColumn = {
    name: "c", kind: "category", type: "string", colorable: true, searchable: true, nulls: 1, encoding: "uint8", files: "",
    categories: [{ value: "item 10", count: 3 }, { value: "item 9", count: 2 }], other: { values: 1, count: 1 },
  };
  const keys = keysOf(column, Uint8Array.of(255, 0, 254, 1));
  assert.deepEqual([...byKey(Uint32Array.of(0, 1, 2, 3), keys, false)], [3, 1, 2, 0]);
});

function topic(id: number, depth: number, parent: number | null, size: number, label: string): Topic {
  return { id, depth, parent, size, label, x: 1, y: 2, description: "", keywords: ["word"], hull: [] };
}

const TOPICS = [topic(0, 1, null, 5, "Food"), topic(1, 1, null, 9, "Travel"), topic(2, 2, 0, 3, "Café"), topic(3, 2, 0, 2, "Tea")];

test("the topic tree folds, is searched without accents, and shows what a match lies under", () => {
  const tree = growTree(TOPICS);
  const shown = (open: number[], search: string): string[] => linesOf(tree, new Set(open), search).map((line) => `${line.level} ${line.topic.label}`);
  assert.deepEqual(shown([], ""), ["1 Travel", "1 Food"]);
  assert.deepEqual(shown([0], ""), ["1 Travel", "1 Food", "2 Café", "2 Tea"]);
  assert.deepEqual(shown([], "CAFE"), ["1 Food", "2 Café"]);
  assert.deepEqual(shown([], "tea word"), ["1 Food", "2 Tea"]);
  assert.deepEqual(shown([], "nothing"), []);
  assert.deepEqual(linesOf(tree, new Set([0]), "").map((line) => line.open), [null, true, null, null]);
});

test("a topic without a hull is framed around its place", () => {
  assert.deepEqual(boxOfTopic(TOPICS[0], 0.5), { x0: 0.5, y0: 1.5, x1: 1.5, y1: 2.5 });
  assert.deepEqual(boxOfTopic({ ...TOPICS[0], hull: [[0, 0], [4, 1], [2, 3]] }, 1), { x0: 0, y0: 0, x1: 4, y1: 3 });
});

const DAY = 86_400_000;
const MONTHS: DateColumn = {
  name: "when", kind: "date", type: "string", colorable: true, searchable: false, nulls: 1, encoding: "float64", files: "",
  unit: "month", min: Date.UTC(2018, 0), max: Date.UTC(2021, 11), quantiles: [],
};

test("a time window is a range of days that holds what the page shows", () => {
  const window = { from: Date.UTC(2019, 0), to: Date.UTC(2019, 5) };
  const node = conditionOf(window, MONTHS);
  assert.deepEqual(node, { type: "range", field: "when", low: "2019-01-01", high: "2019-06-01" });
  const back = windowOf(node, MONTHS);
  assert.ok(back.from === window.from && back.to - window.to < DAY);
  const values = Float64Array.of(Date.UTC(2018, 11), Date.UTC(2019, 0), Date.UTC(2019, 5), Date.UTC(2019, 6), NaN);
  const found = evaluateHere(node ?? { type: "tag", name: "" }, {
    points: 5, positions: null, column: () => ({ entry: MONTHS, values }), topics: () => [], topicPlaces: () => null, duplicates: () => null, similarities: () => null,
  });
  assert.equal(found?.bits[0], 0b00110);
});

test("a window that is drawn over months holds whole months", () => {
  const edges = binEdges(MONTHS, 60);
  const window = snapped({ from: Date.UTC(2019, 0, 9), to: Date.UTC(2019, 11, 20) }, edges, MONTHS);
  assert.deepEqual(conditionOf(window, MONTHS), { type: "range", field: "when", low: "2019-01-01", high: "2019-12-31" });
  const thin = snapped({ from: Date.UTC(2021, 11, 30), to: Date.UTC(2021, 11, 30) }, edges, MONTHS);
  assert.equal(conditionOf(thin, MONTHS)?.low, "2021-12-01");
});

test("the whole span is no condition, and a bound of the hour is kept where hours count", () => {
  assert.equal(conditionOf({ from: MONTHS.min, to: MONTHS.max }, MONTHS), null);
  assert.deepEqual(windowOf(null, MONTHS), { from: MONTHS.min, to: MONTHS.max });
  const hours: DateColumn = { ...MONTHS, unit: "second" };
  assert.equal(conditionOf({ from: Date.UTC(2019, 0, 1, 5), to: hours.max }, hours)?.low, "2019-01-01T05:00:00.000Z");
});

test("playing moves the window to the end and begins anew, its width kept", () => {
  let window = clampWindow({ from: Date.UTC(2018, 6), to: MONTHS.min }, MONTHS);
  const width = window.to - window.from;
  for (let k = 0; k < 50; k++) {
    const next = advance(window, 60 * DAY, MONTHS);
    assert.ok(next.from >= MONTHS.min && next.to <= MONTHS.max && next.to - next.from === width);
    assert.ok(next.from > window.from || next.from === MONTHS.min);
    window = next;
  }
});

test("the histogram counts every date once, and the last in the last bin", () => {
  const random = seeded(4);
  const values = Float64Array.from({ length: 500 }, () => MONTHS.min + random() * (MONTHS.max - MONTHS.min));
  values[0] = MONTHS.max;
  values[1] = NaN;
  const shown = Uint8Array.from(values, (_, k) => k & 1);
  const edges = binEdges(MONTHS, 60);
  const counts = histogram(edges, values);
  assert.equal(counts.reduce((a, b) => a + b), 499);
  assert.equal(counts.length, 48);
  assert.ok(counts[47] > 0);
  for (let k = 0; k < 48; k++) {
    const inside = values.filter((value) => new Date(value).getUTCFullYear() * 12 + new Date(value).getUTCMonth() === 2018 * 12 + k);
    assert.equal(counts[k], inside.length);
  }
  assert.equal(histogram(edges, values, shown).reduce((a, b) => a + b), 249);
  assert.equal(binEdges(MONTHS, 30).length - 1, 24);
  const one: DateColumn = { ...MONTHS, unit: "second", min: 5, max: 5 };
  assert.deepEqual([...histogram(binEdges(one, 30), Float64Array.of(5, 5, NaN))], [2]);
  const days: DateColumn = { ...MONTHS, unit: "day", max: MONTHS.min + 9 * DAY };
  assert.deepEqual([...histogram(binEdges(days, 30), Float64Array.of(days.min, days.max))], [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
});
