import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "../src/map/spread";
import type { Points } from "../src/render/renderer";
import { seeded } from "./random";

const EVERYWHERE = { x0: -1e9, y0: -1e9, x1: 1e9, y1: 1e9 };

function pointsOf(count: number, seed: number): Points {
  const random = seeded(seed);
  const x = Float32Array.from({ length: count }, () => random() * 10 - 5);
  const y = Float32Array.from({ length: count }, () => random() * 10 - 5);
  return { x, y, runs: [{ level: 0, start: 0, count, box: { x0: -5, y0: -5, x1: 5, y1: 5 } }], total: count, loaded: count };
}

test("points that are chosen are far enough apart, and there are many of them", () => {
  for (let seed = 1; seed < 12; seed++) {
    const points = pointsOf(2000, seed);
    const chosen = spread(points, null, EVERYWHERE, 0.7);
    for (const [k, a] of chosen.entries()) {
      for (const b of chosen.slice(k + 1)) {
        const near = Math.abs(points.x[a] - points.x[b]) < 0.7 && Math.abs(points.y[a] - points.y[b]) < 0.7;
        assert.ok(!near, `${a} and ${b} are too near, seed ${seed}`);
      }
    }
    assert.ok(chosen.length > 75, `only ${chosen.length}`);
  }
});

test("points that come in the order in which they lie fill the room too", () => {
  const points = pointsOf(1000, 4);
  points.x.sort();
  points.y.fill(0);
  const chosen = spread(points, null, EVERYWHERE, 0.5);
  assert.ok(chosen.length >= 12, `only ${chosen.length} of 20 places`);
});

test("the choice does not depend on where the window looks", () => {
  const points = pointsOf(3000, 5);
  const all = new Set(spread(points, null, EVERYWHERE, 0.4));
  for (const x0 of [-4.1, -2, 0.3, 1.7]) {
    const box = { x0, y0: x0 / 2, x1: x0 + 2.5, y1: x0 / 2 + 2 };
    const inside = (i: number): boolean => points.x[i] >= box.x0 && points.x[i] <= box.x1 && points.y[i] >= box.y0 && points.y[i] <= box.y1;
    assert.deepEqual(new Set(spread(points, null, box, 0.4)), new Set([...all].filter(inside)));
  }
});

test("many of those that are shown stay when there is more room", () => {
  const points = pointsOf(3000, 9);
  const near = new Set(spread(points, null, EVERYWHERE, 0.3));
  const far = spread(points, null, EVERYWHERE, 0.42);
  assert.ok(far.filter((position) => near.has(position)).length > far.length * 0.5);
});

test("what is dimmed or hidden is not chosen", () => {
  const points = pointsOf(500, 3);
  const of = Uint8Array.from({ length: 500 }, (_, i) => i % 3);
  const chosen = spread(points, { of, masked: true, shown: 167 }, EVERYWHERE, 0.5);
  assert.ok(chosen.length > 10 && chosen.every((position) => of[position] === 1));
});

test("points that are all in one place are one picture", () => {
  const points = pointsOf(50, 2);
  points.x.fill(1);
  points.y.fill(1);
  assert.deepEqual(spread(points, null, EVERYWHERE, 0.5), [0]);
});
