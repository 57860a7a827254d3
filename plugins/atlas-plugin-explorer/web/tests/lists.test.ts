import assert from "node:assert/strict";
import { test } from "node:test";
import { tsvLine } from "../src/state/exporting";
import { dragTo, grabbed } from "../src/ui/look/span";
import { stepOf } from "../src/ui/rows/steps";
import { scrollOf, topOf } from "../src/ui/rows/virtual";
import { seeded } from "./random";

test("the scroll bar goes from the first line to the last, however long the list is", () => {
  for (const whole of [100, 5_000, 8_000_000, 330_000_000]) {
    const extent = { whole, laid: Math.min(whole, 8_000_000), sight: 300 };
    const last = Math.max(whole - 300, 0);
    for (const part of [0, 0.3, 1]) {
      const scrolled = scrollOf(part * last, extent);
      assert.ok(scrolled >= 0 && scrolled <= Math.max(extent.laid - 300, 0) + 1e-6);
      if (last > 0) assert.ok(Math.abs(topOf(scrolled, extent) - part * last) < 1e-3 + 1e-9 * last);
    }
  }
  assert.equal(topOf(12, { whole: 5_000, laid: 5_000, sight: 300 }), 12);
});

test("a drag makes a window, moves it with its width, or moves one end past the other", () => {
  const drawn = dragTo(grabbed(0.6, null, 0.01), 0.2);
  assert.deepEqual(drawn, { from: 0.2, to: 0.6 });
  assert.equal(grabbed(0.4, drawn, 0.01).part, "middle");
  const moved = dragTo(grabbed(0.4, drawn, 0.01), 5);
  assert.ok(Math.abs(moved.to - 1) < 1e-12 && Math.abs(moved.from - 0.6) < 1e-12);
  assert.deepEqual(dragTo(grabbed(0.2, drawn, 0.01), 0.9), { from: 0.6, to: 0.9 });
  assert.equal(grabbed(0.9, drawn, 0.01).part, "new");
});

test("a window stays within 0 and 1 whatever is dragged", () => {
  const random = seeded(2);
  let span = { from: 0.2, to: 0.5 };
  for (let k = 0; k < 500; k++) {
    span = dragTo(grabbed(random(), span, 0.02), random());
    assert.ok(span.from >= -1e-12 && span.from <= span.to && span.to <= 1 + 1e-12);
  }
});

test("values that would break a table are quoted", () => {
  assert.equal(tsvLine(["plain", "a\tb", 'say "hi"', "two\nlines", "🍵"]), 'plain\t"a\tb"\t"say ""hi"""\t"two\nlines"\t🍵');
});

test("keys go by rows, by pages, and to the ends", () => {
  assert.deepEqual(["j", "k", "PageDown", "Home", "x"].map((key) => stepOf(key, 9, 100)), [1, -1, 9, -100, null]);
});
