import assert from "node:assert/strict";
import { test } from "node:test";
import type { CategoryColumn, NumberColumn, Topic } from "../src/api/format";
import { columnColoring, topicColoring } from "../src/color/coloring";
import { toRgb } from "../src/color/oklch";
import { sequentialPalette } from "../src/color/sequential";
import { dateTicks, formatCount, numberTicks } from "../src/color/ticks";
import { labelInk, DARK, LIGHT } from "../src/color/theme";
import { LIGHT_TONES, topicColors } from "../src/color/topic_hues";

function topic(id: number, depth: number, parent: number | null, x: number, y: number): Topic {
  return { id, depth, parent, x, y, size: 10 + id, label: `t${id}`, description: "", keywords: [], hull: [] };
}

function ring(count: number): Topic[] {
  return Array.from({ length: count }, (_, k) =>
    topic(k, 1, null, Math.cos((2 * Math.PI * k) / count), Math.sin((2 * Math.PI * k) / count)),
  );
}

function luminance(color: readonly number[]): number {
  const [red, green, blue] = color.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test("white, black and red come out as they are known", () => {
  assert.deepEqual(toRgb({ lightness: 1, chroma: 0, hue: 0 }).map(Math.round), [255, 255, 255]);
  assert.deepEqual(toRgb({ lightness: 0, chroma: 0, hue: 0 }).map(Math.round), [0, 0, 0]);
  const red = toRgb({ lightness: 0.62796, chroma: 0.25768, hue: 29.234 });
  assert.ok(red[0] > 250 && red[1] < 8 && red[2] < 8);
});

test("neighbouring topics differ, and children look like their parent", () => {
  const parents = ring(8);
  const children = parents.flatMap((one, p) =>
    [0, 1, 2].map((c) => topic(100 + p * 3 + c, 2, one.id, one.x + c * 0.02, one.y + c * 0.01)),
  );
  const topics = [...parents, ...children];
  const colors = topicColors(topics, LIGHT_TONES);
  const turn = (a: number, b: number): number => Math.abs(((a - b + 540) % 360) - 180);
  for (let k = 0; k < 8; k++) assert.ok(turn(colors[k].hue, colors[(k + 1) % 8].hue) >= 40);
  children.forEach((child, k) => {
    const parent = parents.findIndex((one) => one.id === child.parent);
    assert.ok(turn(colors[8 + k].hue, colors[parent].hue) < 23);
  });
});

test("labels can be read on their paper", () => {
  for (const dark of [false, true]) {
    for (let hue = 0; hue < 360; hue += 15) {
      const text = labelInk({ lightness: 0.6, chroma: 0.15, hue }, 2, dark).text;
      const rgb = (/rgb\((\d+) (\d+) (\d+)\)/u.exec(text) ?? []).slice(1).map(Number);
      assert.ok(contrast(rgb, (dark ? DARK : LIGHT).background) >= 4.5, `hue ${hue}: ${text}`);
    }
  }
});

test("the scale's lightness goes one way only", () => {
  for (const dark of [false, true]) {
    const steps = sequentialPalette(dark).map(luminance);
    for (let k = 1; k < steps.length; k++) {
      assert.ok(dark ? steps[k] > steps[k - 1] - 1e-3 : steps[k] < steps[k - 1] + 1e-3);
    }
  }
});

test("points without a topic get the quiet colour", () => {
  const coloring = topicColoring(ring(3), topicColors(ring(3), LIGHT_TONES), 1, Uint16Array.of(0, 65535, 2), 65535, false);
  assert.deepEqual([...coloring.colors.index], [0, 3, 2]);
  assert.ok(coloring.legend.kind === "entries");
  assert.deepEqual(coloring.legend.entries.map((entry) => entry.label), ["t2", "t1", "t0", "no topic"]);
});

test("categories count their other and missing values", () => {
  const column: CategoryColumn = {
    name: "country", kind: "category", type: "string", colorable: true, searchable: true, nulls: 1, encoding: "uint8",
    files: "", categories: [{ value: "DE", count: 2 }, { value: "FR", count: 1 }], other: { values: 4, count: 5 },
  };
  const { colors, legend } = columnColoring(column, Uint8Array.of(0, 1, 254, 255), false);
  assert.deepEqual([...colors.index], [0, 1, 2, 3]);
  assert.equal(colors.palette.length, 12);
  assert.ok(legend.kind === "entries");
  assert.deepEqual(legend.entries.map((entry) => entry.label), ["DE", "FR", "4 other values", "no value"]);
});

test("an extreme value does not take the colours from the others, and NaN is no value", () => {
  const column: NumberColumn = {
    name: "price", kind: "number", type: "double", colorable: true, searchable: false, nulls: 1, encoding: "float32",
    files: "", integer: false, min: 0, max: 1e6, quantiles: [1, 2, 3, 4, 5, 9, 10],
  };
  const { colors, legend } = columnColoring(column, Float32Array.of(1, 10, 1e6, NaN), false);
  assert.deepEqual([...colors.index], [0, 255, 255, 256]);
  assert.ok(legend.kind === "scale" && legend.scale.high === 10 && legend.missing?.count === 1);
});

test("ticks are round and inside the limits", () => {
  assert.deepEqual(numberTicks(0, 100, 4).map((tick) => tick.value), [0, 25, 50, 75, 100]);
  for (const [low, high] of [[1, 5], [-0.03, 0.07], [12, 98_000], [5, 5]]) {
    for (const { value } of numberTicks(low, high, 4)) assert.ok(value >= low - 1e-9 && value <= high + 1e-9);
  }
  assert.deepEqual(dateTicks(Date.UTC(2018, 1), Date.UTC(2021, 5), 4).map((tick) => tick.text), ["2019", "2020", "2021"]);
  for (const length of [3e5, 5e6, 9e7, 2e9, 7e9, 4e10, 9e11, 3e13]) {
    for (const start of [0, Date.UTC(2018, 1, 27, 5), -6e13]) {
      const ticks = dateTicks(start, start + length, 5);
      assert.ok(ticks.length >= 2 && ticks.length <= 6, `${start} ${length}: ${ticks.length}`);
      ticks.forEach(({ value, text }, k) => {
        assert.ok(value >= start && value <= start + length);
        assert.ok(k === 0 || (value > ticks[k - 1].value && text !== ticks[k - 1].text));
      });
    }
  }
  assert.equal(formatCount(1234567), "1,234,567");
});
