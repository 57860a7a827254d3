import assert from "node:assert/strict";
import { test } from "node:test";
import { placeLabels, visibility, type Label, type Placed } from "../src/labels/place";
import { breakLines, labelStyle } from "../src/labels/type";
import { seeded } from "./random";

const HOME = 100;

/** Topics at two depths in clusters, as a map has them. */
function labelsOf(seed: number, parents: number, children: number): Label[] {
  const random = seeded(seed);
  const labels: Label[] = [];
  for (let p = 0; p < parents; p++) {
    const [x, y] = [random() * 8, random() * 6];
    labels.push({ id: p, depth: 1, parent: null, size: Math.ceil(random() * 900), x, y, width: 60 + random() * 90, height: 26 });
    for (let c = 0; c < children; c++) {
      labels.push({
        id: parents + p * children + c, depth: 2, parent: p, size: Math.ceil(random() * 90),
        x: x + random() - 0.5, y: y + random() - 0.5, width: 40 + random() * 80, height: 20,
      });
    }
  }
  return labels;
}

function overlap(a: Placed, b: Placed, scale: number): boolean {
  const dx = (a.label.x - b.label.x) * scale + a.shiftX - b.shiftX;
  const dy = (b.label.y - a.label.y) * scale + a.shiftY - b.shiftY;
  const slack = 1e-6;
  return Math.abs(dx) < (a.label.width + b.label.width) / 2 - slack && Math.abs(dy) < (a.label.height + b.label.height) / 2 - slack;
}

test("no two labels overlap at any scale", () => {
  for (let seed = 0; seed < 20; seed++) {
    const placed = placeLabels(labelsOf(seed, 12, 6), HOME);
    for (let scale = HOME / 4; scale < HOME * 300; scale *= 1.13) {
      const shown = placed.filter((one) => visibility(one, scale) > 0);
      for (const [k, a] of shown.entries()) {
        for (const b of shown.slice(k + 1)) {
          assert.ok(!overlap(a, b, scale), `${a.label.id} and ${b.label.id} overlap at ${scale}, seed ${seed}`);
        }
      }
    }
  }
});

test("the first view has broad labels, in full", () => {
  for (let seed = 0; seed < 20; seed++) {
    const placed = placeLabels(labelsOf(seed, 9, 5), HOME);
    const broad = placed.filter((one) => one.label.depth === 1 && visibility(one, HOME) === 1);
    assert.ok(broad.length >= 7, `only ${broad.length} of 9 with seed ${seed}`);
  }
});

test("a map of few broad topics shows finer ones at first view", () => {
  const placed = placeLabels(labelsOf(3, 2, 6), HOME);
  assert.ok(placed.some((one) => one.label.depth === 2 && visibility(one, HOME) === 1));
});

test("parents leave, and children come, as one zooms in", () => {
  const placed = placeLabels(labelsOf(5, 8, 5), HOME);
  const atHome = placed.filter((one) => visibility(one, HOME) > 0.5);
  const deep = placed.filter((one) => visibility(one, HOME * 60) > 0.5);
  assert.ok(atHome.every((one) => one.label.depth === 1));
  assert.ok(deep.every((one) => one.label.depth === 2));
  assert.ok(deep.length >= 30);
});

test("labels at one place do not hang the placement, and one of them shows", () => {
  const labels = labelsOf(1, 6, 0).map((label) => ({ ...label, x: 1, y: 1 }));
  assert.ok(placeLabels(labels, HOME).filter((one) => visibility(one, HOME) > 0).length >= 1);
});

test("lines are balanced and words stay whole", () => {
  assert.deepEqual(breakLines("Coffee"), ["Coffee"]);
  assert.deepEqual(breakLines("Gluten free pasta and bread"), ["Gluten free", "pasta and bread"]);
  assert.ok(breakLines("one two three four five six seven eight nine ten eleven").length <= 3);
  assert.ok([...breakLines("x".repeat(300))[0]].length < 40);
});

test("no line begins or ends with a dot between two names", () => {
  assert.deepEqual(breakLines("chocolate · cookies"), ["chocolate", "cookies"]);
  assert.deepEqual(breakLines("Jelly Belly · expiration date"), ["Jelly Belly", "expiration date"]);
  assert.deepEqual(breakLines("tea · milk"), ["tea · milk"]);
});

test("breaking keeps every word of a label that fits", () => {
  const random = seeded(9);
  for (let k = 0; k < 200; k++) {
    const words = Array.from({ length: 1 + Math.floor(random() * 5) }, () => "abcdefgh".slice(0, 1 + Math.floor(random() * 8)));
    assert.equal(breakLines(words.join(" ")).join(" "), words.join(" "));
  }
});

test("broad labels are larger and heavier than fine ones", () => {
  const window = { width: 1280, height: 800 };
  assert.ok(labelStyle(1, 0.2, window).size > labelStyle(2, 1, window).size);
  assert.ok(labelStyle(1, 1, window).size > labelStyle(1, 0.1, window).size);
});

test("labels can be read on a phone and from afar", () => {
  assert.ok(labelStyle(3, 0, { width: 360, height: 640 }).size >= 10.5);
  assert.ok(labelStyle(3, 0, { width: 3840, height: 2160 }).size >= 17);
});
