import assert from "node:assert/strict";
import { test } from "node:test";
import type { SearchQuery } from "../src/api/client";
import { readPlace, writePlace } from "../src/state/address";
import { condition, EVERYTHING, findKey, group } from "../src/selection/tree";
import { writeTree } from "../src/selection/wire";
import { NO_FIND } from "../src/state/find_query";
import { cellText } from "../src/ui/cell_text";
import { cut, snippet } from "../src/ui/find/snippet";
import { seeded } from "./random";

test("an address brings back the place it was written from", () => {
  const inner = group("any", [condition({ type: "topics", ids: [1, 2] }, { not: true }), condition({ type: "tag", name: "a&b=c #é" })]);
  const search = condition({ type: "range", field: "stars", low: 1, high: null }, { on: false, key: "search" });
  const place = {
    view: { x: -1.5, y: 2.25, scale: 640 },
    color: { by: "column", name: "a&b=c #é" } as const,
    selection: { ...EVERYTHING, of: [inner, search] },
    row: 17,
    legend: "folded" as const,
  };
  const back = readPlace(`#${writePlace(place)}`);
  assert.deepEqual({ ...back, selection: null }, { ...place, selection: null });
  assert.deepEqual(writeTree(back.selection), writeTree(place.selection));
  assert.equal(findKey(back.selection, "search")?.on, false);
  const plain = writePlace({ view: null, color: { by: "topics", depth: 2 }, selection: EVERYTHING, row: null, legend: null });
  assert.deepEqual(readPlace(`#${plain}`).color, { by: "topics", depth: 2 });
  assert.equal(plain, "topics=2");
  for (const color of [{ by: "duplicates" }, { by: "column", name: "x", scale: "log" }] as const) {
    assert.deepEqual(readPlace(`#${writePlace({ ...place, color })}`).color, color);
  }
});

test("an address that makes no sense is left aside", () => {
  const wrong = ["", "#", "#at=1,2", "#at=a,b,c", "#at=1,2,0", "#at=1,2,-4", "#at=1,2,3,4", "#at=,,", "#topics=x", "#%%%",
    "#select=x", "#select={}", '#select={"type":"all","of":[{"type":"wine"}]}', "#of=3&row=-1&legend=1"];
  for (const hash of wrong) {
    const place = readPlace(hash);
    assert.deepEqual(place, { view: null, color: null, selection: EVERYTHING, row: null, legend: null }, hash);
  }
});

const QUERY: SearchQuery = { ...NO_FIND, text: "tea" };

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
