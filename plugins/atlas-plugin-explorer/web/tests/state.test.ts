import assert from "node:assert/strict";
import { test } from "node:test";
import type { SearchQuery } from "../src/api/client";
import { readPlace, writePlace } from "../src/state/address";
import { combineMask, unpackBits } from "../src/state/mask";
import { NO_QUERY } from "../src/state/store";
import { cellText } from "../src/ui/cell_text";
import { cut, snippet } from "../src/ui/snippet";
import { seeded } from "./random";

test("bits are spread in page order", () => {
  assert.deepEqual([...unpackBits(Uint8Array.of(0b00000101, 0b1), 9)], [1, 0, 1, 0, 0, 0, 0, 0, 1]);
});

test("a mask is what matches and has a chosen colour", () => {
  const colors = Uint16Array.of(0, 1, 0, 2);
  assert.equal(combineMask(null, colors, new Set()), null);
  const of = (...marks: number[]): Uint8Array => Uint8Array.of(...marks);
  assert.deepEqual(combineMask(of(1, 1, 0, 0), colors, new Set()), { shown: of(1, 1, 0, 0), count: 2 });
  assert.deepEqual(combineMask(null, colors, new Set([0, 2])), { shown: of(1, 0, 1, 1), count: 3 });
  assert.deepEqual(combineMask(of(1, 1, 0, 1), colors, new Set([0, 2])), { shown: of(1, 0, 0, 1), count: 2 });
});

test("an address brings back the place it was written from", () => {
  const place = {
    view: { x: -1.5, y: 2.25, scale: 640 },
    color: { by: "column", name: "a&b=c #é" } as const,
    query: { text: "50% & more", field: "title", matchCase: true, wholeWord: false, regex: true },
  };
  assert.deepEqual(readPlace(`#${writePlace(place)}`), place);
  assert.deepEqual(readPlace(`#${writePlace({ view: null, color: { by: "topics", depth: 2 }, query: NO_QUERY })}`).color, {
    by: "topics",
    depth: 2,
  });
});

test("an address that makes no sense is left aside", () => {
  for (const hash of ["", "#", "#at=1,2", "#at=a,b,c", "#at=1,2,0", "#at=1,2,-4", "#at=1,2,3,4", "#at=,,", "#topics=x", "#%%%"]) {
    const place = readPlace(hash);
    assert.equal(place.view, null, hash);
    assert.equal(place.color, null, hash);
  }
});

const QUERY: SearchQuery = { ...NO_QUERY, text: "tea" };

test("a snippet shows the match in its surroundings", () => {
  const long = `${"word ".repeat(60)}green TEA pot ${"more ".repeat(60)}`;
  const found = snippet(long, QUERY);
  assert.equal(found.match, "TEA");
  assert.ok(found.before.startsWith("…") && found.before.endsWith("green "));
  assert.ok(found.after.endsWith("…"));
  assert.equal(snippet("steam and tea", { ...QUERY, wholeWord: true }).before, "steam and ");
  assert.equal(snippet("tea", { ...QUERY, matchCase: true, text: "TEA" }).match, "");
});

test("what was searched for is taken as it stands, and bad expressions mark nothing", () => {
  assert.equal(snippet("a (b) [c]", { ...QUERY, text: "(b) [c" }).match, "(b) [c");
  assert.equal(snippet("abc", { ...QUERY, text: "(?P<x>b)", regex: true }).match, "");
  assert.equal(snippet("abc", { ...QUERY, text: "b+", regex: true }).match, "b");
});

test("cutting never splits a letter", () => {
  const random = seeded(3);
  for (let k = 0; k < 200; k++) {
    const text = Array.from({ length: 40 }, () => (random() < 0.5 ? "🍵" : "ab ")).join("");
    const short = cut(text, 5 + Math.floor(random() * 40));
    assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])/u.test(short));
  }
});

test("values read as people write them", () => {
  assert.equal(cellText(null), "");
  assert.equal(cellText(2018), "2018");
  assert.equal(cellText(0.1 + 0.2), "0.3");
  assert.equal(cellText(["a", 1]), '["a",1]');
  assert.equal(cellText(false), "no");
});
