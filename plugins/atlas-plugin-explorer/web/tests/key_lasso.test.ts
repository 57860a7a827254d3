/** A lasso by keys: corners, closing, taking back, giving up. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyLasso } from "../src/map/key_lasso";
import type { Point } from "../src/map/view";

interface Heard {
  readonly caught: { readonly corners: readonly Point[]; readonly join: string }[];
  readonly said: string[];
  cross: Point | null;
}

function started(): { readonly lasso: KeyLasso; readonly heard: Heard; readonly press: (key: string, more?: object) => boolean } {
  const heard: Heard = { caught: [], said: [], cross: null };
  const lasso = new KeyLasso(() => ({ width: 400, height: 300 }), () => ({ x: 200, y: 150 }), {
    drawn: (_, cross) => (heard.cross = cross),
    caught: (corners, join) => heard.caught.push({ corners, join }),
    said: (text) => heard.said.push(text),
  });
  const none = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  return { lasso, heard, press: (key, more = {}) => lasso.take({ ...none, key, ...more } as KeyboardEvent) };
}

test("corners are set with Enter, and Enter once more closes", () => {
  const { heard, press } = started();
  press("Enter");
  press("ArrowRight", { shiftKey: true });
  press("Enter");
  press("ArrowDown", { shiftKey: true });
  press("Enter");
  assert.equal(heard.caught.length, 0);
  press("Enter", { ctrlKey: true });
  assert.deepEqual(heard.caught, [{ corners: [{ x: 200, y: 150 }, { x: 260, y: 150 }, { x: 260, y: 210 }], join: "widen" }]);
  assert.equal(heard.cross, null);
});

test("back at the first corner, Enter closes too", () => {
  const { heard, press } = started();
  for (const key of ["Enter", "ArrowRight", "ArrowRight", "Enter", "ArrowDown", "ArrowDown", "Enter"]) press(key);
  for (const key of ["ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowUp"]) press(key);
  press("Enter", { altKey: true });
  assert.equal(heard.caught[0].join, "exclude");
});

test("two corners are no shape, and the cross stays in the window", () => {
  const { heard, press } = started();
  press("Enter");
  press("Enter");
  assert.match(heard.said.at(-1) ?? "", /three corners/);
  for (let k = 0; k < 20; k++) press("ArrowUp", { shiftKey: true });
  assert.deepEqual(heard.cross, { x: 200, y: 0 });
});

test("backspace takes a corner back, Escape gives up, other keys mean nothing", () => {
  const { lasso, heard, press } = started();
  assert.equal(press("Escape"), false);
  press("Enter");
  assert.equal(press("Backspace"), true);
  assert.equal(press("Backspace"), false);
  assert.equal(press("x"), false);
  assert.equal(press("ArrowLeft", { altKey: true }), false);
  assert.equal(press("Escape"), true);
  assert.equal(lasso.active, false);
  assert.equal(heard.caught.length, 0);
});
