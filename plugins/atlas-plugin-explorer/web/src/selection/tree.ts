/** The selection as the page keeps it: a tree of conditions, each of which can be off or inverted. Nothing mutates. */

import type { LeafNode } from "./nodes";

/** One or several topics by id: a row of any of them is meant. In the language it is one topic, or `any` of some. */
export interface TopicsTest {
  readonly type: "topics";
  readonly ids: readonly number[];
}

/** What a condition asks of a row. */
export type Test = LeafNode | TopicsTest;

export interface Condition {
  readonly kind: "condition";
  readonly id: number;
  readonly on: boolean;
  readonly not: boolean;
  readonly test: Test;
  /** Whose condition it is, where a control keeps one of its own: see `keyOf`. */
  readonly key?: string;
}

export type Join = "all" | "any";

export interface Group {
  readonly kind: "group";
  readonly id: number;
  readonly on: boolean;
  readonly not: boolean;
  readonly join: Join;
  readonly of: readonly Part[];
}

export type Part = Condition | Group;

let last = 0;

export function condition(test: Test, more: { on?: boolean; not?: boolean; key?: string } = {}): Condition {
  const key = more.key === undefined ? {} : { key: more.key };
  return { kind: "condition", id: ++last, on: more.on ?? true, not: more.not ?? false, test, ...key };
}

export function group(join: Join, of: readonly Part[], more: { on?: boolean; not?: boolean } = {}): Group {
  return { kind: "group", id: ++last, on: more.on ?? true, not: more.not ?? false, join, of };
}

/** Selects everything. The root is always a group, is on and is not inverted. */
export const EVERYTHING: Group = { kind: "group", id: 0, on: true, not: false, join: "all", of: [] };

export function find(tree: Part, id: number): Part | null {
  if (tree.id === id) return tree;
  if (tree.kind === "condition") return null;
  for (const part of tree.of) {
    const found = find(part, id);
    if (found !== null) return found;
  }
  return null;
}

export function conditions(tree: Part): Condition[] {
  return tree.kind === "condition" ? [tree] : tree.of.flatMap(conditions);
}

/** Put what `change` returns in the place of a part; null takes it away, with groups that it leaves empty. */
export function replace(root: Group, id: number, change: (part: Part) => Part | null): Group {
  const changed = step(root, id, change);
  return changed?.kind === "group" ? changed : { ...root, of: [] };
}

function step(tree: Part, id: number, change: (part: Part) => Part | null): Part | null {
  if (tree.id === id) return change(tree);
  if (tree.kind === "condition") return tree;
  const of: Part[] = [];
  let same = true;
  for (const part of tree.of) {
    const next = step(part, id, change);
    same &&= next === part;
    if (next !== null) of.push(next);
  }
  if (same) return tree;
  return of.length === 0 && tree.of.length > 0 ? null : { ...tree, of };
}

export function remove(root: Group, id: number): Group {
  return replace(root, id, () => null);
}

/** Add a part to a group; to the root if there is no such group. */
export function add(root: Group, groupId: number, part: Part): Group {
  const target = find(root, groupId);
  const place = target?.kind === "group" ? target.id : root.id;
  return replace(root, place, (found) => (found.kind === "group" ? { ...found, of: [...found.of, part] } : found));
}

/** Put a part into a group of its own, which joins the other way than the group around it. */
export function wrap(root: Group, id: number): Group {
  const around = parentOf(root, id);
  if (around === null) return root;
  return replace(root, id, (part) => group(around.join === "all" ? "any" : "all", [part]));
}

/** Put the parts of a group in its place. */
export function unwrap(root: Group, id: number): Group {
  const around = parentOf(root, id);
  const inner = find(root, id);
  if (around === null || inner?.kind !== "group") return root;
  return replace(root, around.id, (part) =>
    part.kind === "group" ? { ...part, of: part.of.flatMap((one) => (one.id === id ? inner.of : [one])) } : part,
  );
}

/** Move a part to another group; into itself it cannot go. */
export function move(root: Group, id: number, groupId: number): Group {
  const part = find(root, id);
  if (part === null || id === root.id || find(part, groupId) !== null) return root;
  const target = find(root, groupId);
  if (target?.kind !== "group" || target.of.some((one) => one.id === id)) return root;
  // Added first: taking the last part away would take its group away too.
  const fresh = { ...part, id: ++last };
  return remove(add(root, groupId, fresh), id);
}

export function parentOf(tree: Part, id: number): Group | null {
  if (tree.kind === "condition") return null;
  if (tree.of.some((part) => part.id === id)) return tree;
  for (const part of tree.of) {
    const found = parentOf(part, id);
    if (found !== null) return found;
  }
  return null;
}

export function groups(tree: Part): Group[] {
  return tree.kind === "condition" ? [] : [tree, ...tree.of.flatMap(groups)];
}

/**
 * The key of a condition: what was given, else what it is about, so that the filter of a column finds its condition
 * also after a link was opened.
 */
export function keyOf(condition: Condition): string {
  return condition.key ?? keyOfTest(condition.test);
}

export function keyOfTest(test: Test): string {
  if (test.type === "range" || test.type === "category") return `column:${test.field}`;
  return test.type === "tag" ? `tag:${test.name}` : test.type;
}

/** The first condition with a key, wherever it stands. */
export function findKey(tree: Part, key: string): Condition | null {
  return conditions(tree).find((one) => keyOf(one) === key) ?? null;
}

/** Put a part into the root: beside all that is there, or as another way to be selected. */
export function combineInto(root: Group, part: Part, join: Join): Group {
  if (root.of.length === 0 || root.join === join) return { ...root, join, of: [...root.of, part] };
  if (root.of.length === 1) return { ...root, join, of: [...root.of, part] };
  return { ...root, join, of: [group(root.join, root.of), part] };
}

/** Whether a part has a say: it is on, and something in it is. */
export function counts(part: Part): boolean {
  return part.on && (part.kind === "condition" || part.of.some(counts));
}
