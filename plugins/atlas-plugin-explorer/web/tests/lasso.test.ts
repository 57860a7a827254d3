import assert from "node:assert/strict";
import { test } from "node:test";
import { areaOf, joinOf, Lasso, simplify } from "../src/map/lasso";
import { svgOf } from "../src/map/picture";
import type { Mask } from "../src/render/renderer";
import { DIM, HIDDEN, SHOWN, statesOf } from "../src/render/states";
import { labelStyle } from "../src/labels/type";

function drawn(corners: readonly (readonly [number, number])[]): Lasso {
  const lasso = new Lasso();
  corners.forEach(([x, y], k) => (k === 0 ? lasso.begin({ x, y }) : lasso.reach({ x, y })));
  return lasso;
}

const NO_KEYS = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };

test("a circle that is drawn becomes a polygon of few corners and nearly its area", () => {
  const way = Array.from({ length: 400 }, (_, k) => [100 + 80 * Math.cos(k / 63), 100 + 80 * Math.sin(k / 63)] as const);
  const corners = drawn(way).close();
  assert.ok(corners !== null && corners.length < 60);
  assert.ok(Math.abs(Math.abs(areaOf(corners)) / (Math.PI * 6400) - 1) < 0.03);
});

test("the longest scribble has a bounded number of corners", () => {
  const way = Array.from({ length: 5000 }, (_, k) => [400 + 300 * Math.sin(k * 1.7), 300 + 250 * Math.cos(k * 2.3)] as const);
  assert.ok((drawn(way).close()?.length ?? 0) <= 200);
});

test("a click or a straight line catches nothing", () => {
  assert.equal(drawn([[5, 5]]).close(), null);
  assert.equal(drawn([[5, 5], [90, 5], [200, 5]]).close(), null);
});

test("what is left out lies within the tolerance", () => {
  const way = Array.from({ length: 50 }, (_, x) => ({ x, y: x % 2 === 0 ? 0 : 0.4 }));
  assert.deepEqual(simplify(way, 0.5), [way[0], way[49]]);
  assert.equal(simplify(way, 0.1).length, 50);
});

test("keys say how a lasso joins the selection", () => {
  assert.equal(joinOf(NO_KEYS, "lasso"), "narrow");
  assert.equal(joinOf({ ...NO_KEYS, shiftKey: true }, "lasso"), "widen");
  assert.equal(joinOf({ ...NO_KEYS, shiftKey: true }, "move"), "narrow");
  assert.equal(joinOf({ ...NO_KEYS, shiftKey: true, ctrlKey: true }, "move"), "widen");
  assert.equal(joinOf({ ...NO_KEYS, altKey: true, shiftKey: true }, "lasso"), "exclude");
});

test("a hidden point is hidden whatever the mask says, and not counted as shown", () => {
  const mask: Mask = { shown: Uint8Array.of(1, 1, 0, 0), count: 2 };
  const hidden = Uint8Array.of(0, 1, 0, 1);
  assert.deepEqual(statesOf(mask, hidden, 4), { of: Uint8Array.of(SHOWN, HIDDEN, DIM, HIDDEN), masked: true, shown: 1 });
  assert.deepEqual(statesOf(null, hidden, 4), { of: Uint8Array.of(SHOWN, HIDDEN, SHOWN, HIDDEN), masked: false, shown: 2 });
  assert.deepEqual(mask.shown, Uint8Array.of(1, 1, 0, 0));
  assert.equal(statesOf(null, null, 4), null);
});

test("labels in an SVG are text, whatever they hold", () => {
  const style = labelStyle(1, 1, { width: 1280, height: 800 });
  const label = { lines: ["<script> & \u0007", "مرحبا 🍵"], style, ink: { text: "#123", halo: "#fff" }, x: 10, y: 20 };
  const svg = svgOf("data:,", {
    size: { width: 100, height: 50 }, labels: [label], strength: 1, outlines: [], rings: [{ x: 3, y: 4 }], radius: 2, dark: false,
  });
  assert.ok(svg.includes("&lt;script&gt; &amp; </tspan>"));
  assert.ok(svg.includes("مرحبا 🍵"));
  assert.ok(!svg.includes("<script") && !svg.includes("\u0007"));
});
