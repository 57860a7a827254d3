import assert from "node:assert/strict";
import { test } from "node:test";
import { both, either, inverse, members, where, type Bits } from "../src/selection/bits";
import { combine } from "../src/selection/evaluate";
import { tidy, turnJoin } from "../src/selection/joining";
import { isInside, outlineOf } from "../src/selection/polygon";
import { combineInto, condition, EVERYTHING, findKey, keyOf, remove, type Condition, type Group } from "../src/selection/tree";
import { toNode } from "../src/selection/wire";
import { seeded } from "./random";

const tag = (name: string): Condition => condition({ type: "tag", name });
const of = (...names: string[]): Group => ({ ...EVERYTHING, of: names.map(tag) });

/** Says a tree as people do. */
function say(root: Group): string {
  const word = (node: ReturnType<typeof toNode>): string => {
    if (node === null) return "";
    if (node.type === "not") return `-${word(node.of)}`;
    if (node.type === "all" || node.type === "any") return `(${node.of.map(word).join(node.type === "all" ? "&" : "|")})`;
    return node.type === "tag" ? node.name : node.type;
  };
  return word(toNode(root));
}

test("a word between two of several turns for these two only, and back", () => {
  const three = of("a", "b", "c");
  const turned = turnJoin(three, 0, 1);
  assert.equal(say(turned), "(a&(b|c))");
  assert.equal(say(tidy(turnJoin(turned, turned.of[1].id, 0))), "(a&b&c)");
  assert.equal(say(turnJoin(of("a", "b"), 0, 0)), "(a|b)");
  const four = turnJoin(turnJoin(of("a", "b", "c", "d"), 0, 1), 0, 1);
  assert.equal(say(four), "(a&(b|c|d))");
});

test("a condition that comes as an alternative puts the others together", () => {
  assert.equal(say(combineInto(of("a", "b"), tag("c"), "any")), "((a&b)|c)");
  assert.equal(say(combineInto(of("a"), tag("b"), "any")), "(a|b)");
  assert.equal(say(combineInto(combineInto(of("a"), tag("b"), "any"), tag("c"), "all")), "((a|b)&c)");
});

test("groups that say nothing go when parts are taken away", () => {
  const tree = combineInto(of("a", "b"), tag("c"), "any");
  const [inner, c] = tree.of;
  assert.equal(inner.kind, "group");
  assert.equal(say(tidy(remove(tree, c.id))), "(a&b)");
  assert.equal(tidy(remove(tree, c.id)).of.length, 2);
});

test("whatever is turned, tidying changes no row", () => {
  const random = seeded(5);
  const points = 64;
  const bits = new Map("abcdef".split("").map((name) => [name, where(points, () => random() < 0.5)] as const));
  const answer = (one: Condition): Bits | null => (one.test.type === "tag" ? (bits.get(one.test.name) ?? null) : null);
  const members_ = (root: Group): number[] => [...members(combine(root, points, answer, null).bits ?? where(points, () => true))];
  for (let round = 0; round < 200; round++) {
    let tree = of("a", "b", "c", "d", "e", "f");
    for (let k = 0; k < 4; k++) {
      tree = turnJoin(tree, 0, Math.floor(random() * 3));
      assert.deepEqual(members_(tidy(tree)), members_(tree));
      tree = tidy(tree);
    }
  }
  const [a, b] = [bits.get("a"), bits.get("b")];
  assert.ok(a && b);
  assert.deepEqual(members_(of("a", "b")), [...members(both(a, b))]);
  assert.deepEqual(members_(turnJoin(of("a", "b"), 0, 0)), [...members(either(a, b))]);
  assert.deepEqual(members_({ ...EVERYTHING, of: [{ ...tag("a"), not: true }] }), [...members(inverse(a, points))]);
});

test("a condition is found by what it is about, or by the key it was given", () => {
  const stars = condition({ type: "range", field: "stars", low: 1, high: 2 });
  const search = condition({ type: "tag", name: "x" }, { key: "search" });
  const root = { ...EVERYTHING, of: [stars, search] };
  assert.equal(keyOf(stars), "column:stars");
  assert.equal(findKey(root, "column:stars"), stars);
  assert.equal(findKey(root, "search"), search);
  assert.equal(findKey(root, "tag:x"), null);
});

test("a point lies in a polygon by the even-odd rule", () => {
  const square = outlineOf([[0, 0], [4, 0], [4, 4], [0, 4]]);
  assert.ok(isInside(square, 1, 3));
  assert.ok(!isInside(square, 5, 3));
  assert.ok(!isInside(square, NaN, 3));
  const bow = outlineOf([[0, 0], [4, 4], [4, 0], [0, 4]]);
  assert.ok(isInside(bow, 0.5, 2));
  assert.ok(!isInside(bow, 2, 3.5));
  const star = outlineOf([0, 2, 4, 1, 3].map((k) => [Math.cos((k * 2 * Math.PI) / 5), Math.sin((k * 2 * Math.PI) / 5)] as const));
  assert.ok(!isInside(star, 0, 0));
  assert.ok(isInside(star, 0.8, 0));
});
