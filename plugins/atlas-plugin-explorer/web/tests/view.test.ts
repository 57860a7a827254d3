import assert from "node:assert/strict";
import { test } from "node:test";
import { flight } from "../src/map/flight";
import { boundsOf, clampView, fit, toPlane, toScreen, zoomAround } from "../src/map/view";
import { seeded } from "./random";

const SIZE = { width: 1200, height: 800 };
const INSETS = { top: 20, right: 60, bottom: 40, left: 360 };
const BOX = { x0: -3, y0: -1, x1: 5, y1: 2 };

function near(actual: number, expected: number, tolerance = 1e-6): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

test("a box is fitted whole into what the panels leave free", () => {
  const view = fit(BOX, SIZE, INSETS);
  const low = toScreen(view, SIZE, { x: BOX.x0, y: BOX.y0 });
  const high = toScreen(view, SIZE, { x: BOX.x1, y: BOX.y1 });
  assert.ok(low.x >= INSETS.left - 1e-6 && high.x <= SIZE.width - INSETS.right + 1e-6);
  assert.ok(high.y >= INSETS.top - 1e-6 && low.y <= SIZE.height - INSETS.bottom + 1e-6);
  near((low.x + high.x) / 2, (INSETS.left + SIZE.width - INSETS.right) / 2);
});

test("pixels and places are each other's inverse", () => {
  const random = seeded(1);
  for (let k = 0; k < 100; k++) {
    const view = { x: random() * 10, y: random() * 10, scale: Math.exp(random() * 12 - 4) };
    const pixel = { x: random() * SIZE.width, y: random() * SIZE.height };
    const back = toScreen(view, SIZE, toPlane(view, SIZE, pixel));
    near(back.x, pixel.x, 1e-5);
    near(back.y, pixel.y, 1e-5);
  }
});

test("zooming keeps what is under the pointer there", () => {
  const view = fit(BOX, SIZE, INSETS);
  const pixel = { x: 417, y: 203 };
  const before = toPlane(view, SIZE, pixel);
  const after = toScreen(zoomAround(view, SIZE, pixel, view.scale * 7.3), SIZE, before);
  near(after.x, pixel.x);
  near(after.y, pixel.y);
});

test("zoom and pan have bounds, and home lies within them", () => {
  const home = fit(BOX, SIZE, INSETS);
  const bounds = boundsOf({ x0: -30, y0: -10, x1: 50, y1: 20 }, home, SIZE);
  assert.deepEqual(clampView(home, bounds, SIZE), home);
  const far = clampView({ x: 1e9, y: -1e9, scale: 1e30 }, bounds, SIZE);
  assert.ok(far.scale <= home.scale * 2001 && far.x < 60 && far.y > -20);
  assert.ok(clampView({ x: 0, y: 0, scale: 0 }, bounds, SIZE).scale > 0);
});

test("a map whose points are all in one place has a view", () => {
  const view = fit({ x0: 2, y0: 3, x1: 2, y1: 3 }, SIZE, INSETS);
  assert.ok(Number.isFinite(view.scale) && Number.isFinite(view.x) && view.scale > 0);
});

test("a flight begins here, ends there, and zooms out on a long way", () => {
  const from = { x: 0, y: 0, scale: 500 };
  const to = { x: 40, y: 10, scale: 300 };
  const path = flight(from, to, SIZE);
  near(path.at(0).x, from.x);
  near(path.at(0).scale, from.scale, 1e-3);
  assert.deepEqual(path.at(1), to);
  assert.ok(path.at(0.5).scale < 100);
  near(path.at(0.9999).x, to.x, 0.1);
});

test("a flight without distance only zooms", () => {
  const path = flight({ x: 1, y: 1, scale: 10 }, { x: 1, y: 1, scale: 40 }, SIZE);
  near(path.at(0.5).scale, 20, 1e-6);
  near(path.at(0.5).x, 1);
});
