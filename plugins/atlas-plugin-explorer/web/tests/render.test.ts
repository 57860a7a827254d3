import assert from "node:assert/strict";
import { test } from "node:test";
import { Budget } from "../src/render/budget";
import { discKernel } from "../src/render/kernel";
import { layersOf, type Scene } from "../src/render/layers";
import { nearest } from "../src/render/picker";
import { planDraw } from "../src/render/plan";
import type { Points, Run } from "../src/render/renderer";
import { pointRadius } from "../src/render/size";
import { denseness, TONE_STEPS, toneCurve } from "../src/render/tone";
import { seeded } from "./random";

const EVERYWHERE = { x0: -1e9, y0: -1e9, x1: 1e9, y1: 1e9 };

function pointsOf(counts: readonly number[], seed = 1): Points {
  const random = seeded(seed);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const x = Float32Array.from({ length: total }, () => random() * 10);
  const y = Float32Array.from({ length: total }, () => random() * 10);
  const runs: Run[] = [];
  let start = 0;
  counts.forEach((count, level) => {
    runs.push({ level, start, count, box: { x0: 0, y0: 0, x1: 10, y1: 10 } });
    start += count;
  });
  return { x, y, runs, total, loaded: total };
}

test("without a limit every point in the window is drawn", () => {
  const plan = planDraw(pointsOf([100, 400, 700]), EVERYWHERE, Infinity);
  assert.equal(plan.count, 1200);
  assert.equal(plan.fraction, 1);
  assert.ok(plan.stretches.every((stretch) => stretch.step === 1));
});

test("a budget takes whole levels, then an even sample of the next", () => {
  const plan = planDraw(pointsOf([100, 400, 700]), EVERYWHERE, 850);
  assert.deepEqual(plan.stretches, [{ start: 0, end: 500, step: 1 }, { start: 500, end: 1200, step: 2 }]);
  assert.equal(plan.count, 850);
});

test("levels whose colours have not all arrived are left out, and the others keep their exposure", () => {
  const points = pointsOf([100, 400, 700]);
  const scene: Scene = {
    size: { width: 100, height: 100 }, points, homeScale: 10, density: denseness(points), states: null, look: { size: 1, opacity: 1 },
    colors: { index: new Uint16Array(1200), palette: new Float32Array(3) },
    theme: { dark: false, background: [255, 255, 255], muted: [128, 128, 128] },
  };
  const frame = { view: { x: 5, y: 5, scale: 10 }, budget: Infinity, ratio: 1 };
  const count = (known: number): number => layersOf({ ...scene, colors: { ...scene.colors, known } }, frame)[0].plan.count;
  assert.equal(layersOf(scene, frame)[0].plan.count, 1200);
  assert.equal(count(1200), 1200);
  assert.equal(count(1199), 500);
  assert.equal(count(99), 0);
});

test("where steps must be whole, the budget is kept too", () => {
  const plan = planDraw(pointsOf([100, 400, 700]), EVERYWHERE, 1000, true);
  assert.deepEqual(plan.stretches.map((one) => one.step), [1, 2]);
  assert.equal(plan.count, 850);
  assert.equal(planDraw(pointsOf([100, 400, 700]), EVERYWHERE, 501, true).count, 500);
});

test("pages outside the window are passed over", () => {
  const points = pointsOf([100]);
  assert.equal(planDraw(points, { x0: 20, y0: 0, x1: 30, y1: 9 }, Infinity).count, 0);
});

test("the nearest point is found, as by looking at all", () => {
  const points = pointsOf([500], 4);
  const random = seeded(8);
  for (let k = 0; k < 300; k++) {
    const [x, y, radius] = [random() * 12 - 1, random() * 12 - 1, random()];
    const distances = Array.from(points.x, (value, i) => Math.hypot(value - x, points.y[i] - y));
    const best = Math.min(...distances);
    const found = nearest(points, x, y, radius, null);
    if (best > radius + 1e-6) assert.equal(found, -1);
    else if (best < radius - 1e-6) assert.ok(Math.abs(distances[found] - best) < 1e-6);
  }
});

test("a masked point is not picked", () => {
  const points = pointsOf([50], 2);
  const marks = new Uint8Array(50);
  marks[7] = 1;
  assert.equal(nearest(points, points.x[3], points.y[3], 100, { of: marks, masked: true, shown: 1 }), 7);
});

test("points that are all in one place can be picked", () => {
  const points = pointsOf([20]);
  points.x.fill(3);
  points.y.fill(3);
  assert.ok(nearest(points, 3, 3, 0.1, null) >= 0);
});

test("a disc covers its area, wherever in the pixel it lies", () => {
  for (const radius of [1, 1.5, 2.25, 4, 9]) {
    const kernel = discKernel(radius, 1000);
    for (const coverage of kernel.coverage) {
      const covered = coverage.reduce((sum, part) => sum + part, 0);
      assert.ok(Math.abs(covered / kernel.area - 1) < 0.12, `radius ${radius} covers ${covered} of ${kernel.area}`);
    }
  }
});

test("more ink is never less opaque", () => {
  for (const dense of [0.01, 1, 8, 300]) {
    for (const fraction of [0.05, 1]) {
      const { opacity } = toneCurve(dense, fraction);
      for (let step = 1; step < TONE_STEPS; step++) assert.ok(opacity[step] >= opacity[step - 1] - 1e-6);
      assert.ok(opacity[TONE_STEPS - 1] <= 1);
    }
  }
});

test("a single point is seen on a crowded map, and a crowd looks denser", () => {
  const tone = toneCurve(200, 1);
  const at = (ink: number): number => tone.opacity[Math.round(Math.sqrt(ink / tone.most) * (TONE_STEPS - 1))];
  assert.ok(at(1) > 0.2);
  assert.ok(at(200) > at(20) + 0.1 && at(20) > at(2) + 0.1);
});

test("denseness does not depend on how many points have arrived", () => {
  const whole = pointsOf([5000, 20_000]);
  const first = { ...whole, runs: whole.runs.slice(0, 1), loaded: 5000 };
  assert.equal(denseness(first), denseness(whole));
});

test("points are larger when few, and grow as one zooms in", () => {
  const size = { width: 1280, height: 800 };
  assert.ok(pointRadius(500, size, 1) > pointRadius(20_000, size, 1));
  assert.ok(pointRadius(20_000, size, 1) > pointRadius(1_000_000, size, 1));
  assert.ok(pointRadius(20_000, size, 8) > pointRadius(20_000, size, 1));
  assert.ok(pointRadius(20_000, size, 2000) < 12);
});

test("a slow machine gets fewer points while moving, a fast one all", () => {
  const slow = new Budget();
  for (let k = 0; k < 5; k++) slow.learn(1_000_000, 200);
  assert.ok(slow.points(1_000_000) < 150_000);
  const fast = new Budget();
  for (let k = 0; k < 5; k++) fast.learn(100_000, 8);
  assert.equal(fast.points(100_000), 100_000);
});
