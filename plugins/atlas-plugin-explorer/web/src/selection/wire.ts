/** Between the page's tree and the selection language: what is sent to the server, kept in links, given to panels. */

import type { GroupNode, LeafNode, SelectionNode, TopicNode } from "./nodes";
import { readLeaf, WrongSelection } from "./reading";
import { condition, counts, EVERYTHING, group, type Group, type Part, type Test } from "./tree";

const DEEPEST = 32;

/** Return what a tree selects, without what is off; null if that is everything. */
export function toNode(root: Group): SelectionNode | null {
  return counts(root) ? simple(nodeOf(root, counts)) : null;
}

/** Return the node of one condition's test. */
export function testNode(test: Test): LeafNode | GroupNode {
  if (test.type !== "topics") return test;
  const topics: TopicNode[] = test.ids.map((topic_id) => ({ type: "topic", topic_id }));
  return topics.length === 1 ? topics[0] : { type: "any", of: topics };
}

function nodeOf(part: Part, wanted: (part: Part) => boolean): SelectionNode {
  const inner: SelectionNode =
    part.kind === "condition"
      ? testNode(part.test)
      : { type: part.join, of: part.of.filter(wanted).map((one) => nodeOf(one, wanted)) };
  return part.not ? { type: "not", of: inner } : inner;
}

/** A group of one part says what the part says. */
function simple(node: SelectionNode): SelectionNode {
  if (node.type === "not") return { type: "not", of: simple(node.of) };
  if (node.type !== "all" && node.type !== "any") return node;
  const of = node.of.map(simple);
  return of.length === 1 ? of[0] : { type: node.type, of };
}

export interface Written {
  readonly node: SelectionNode;
  /** The places of the parts that are off, each as the numbers of the way to it from the root. */
  readonly off: readonly string[];
  /** The places of conditions that a control calls its own, with its key. */
  readonly keys: readonly (readonly [string, string])[];
}

/** Return the whole tree, with what is off, for a link. */
export function writeTree(root: Group): Written {
  const off: string[] = [];
  const keys: (readonly [string, string])[] = [];
  const walk = (part: Part, path: string): void => {
    if (!part.on) off.push(path);
    if (part.kind === "condition" && part.key !== undefined) keys.push([path, part.key]);
    if (part.kind === "group") part.of.forEach((one, k) => walk(one, path === "" ? String(k) : `${path}.${k}`));
  };
  walk(root, "");
  return { node: nodeOf(root, () => true), off, keys };
}

/** Read a selection from anywhere. Throws WrongSelection, which says what is wrong and where. */
export function readTree(
  node: unknown,
  off: readonly string[] = [],
  keys: readonly (readonly [string, string])[] = [],
): Group {
  const part = readPart(node, "", { off: new Set(off), keys: new Map(keys) }, 1);
  if (part.kind === "group" && !part.not) return { ...part, id: EVERYTHING.id, on: true };
  return { ...EVERYTHING, of: [part] };
}

/** What is known of parts by their places. */
interface Marks {
  readonly off: ReadonlySet<string>;
  readonly keys: ReadonlyMap<string, string>;
}

function readPart(node: unknown, path: string, marks: Marks, depth: number): Part {
  if (depth > DEEPEST) throw new WrongSelection(`it is more than ${DEEPEST} levels deep`);
  const found = typeof node === "object" && node !== null ? (node as Partial<SelectionNode>) : {};
  const on = !marks.off.has(path);
  if (found.type === "not") {
    const inner = readPart((node as { of?: unknown }).of, path, marks, depth + 1);
    return { ...inner, not: !inner.not, on };
  }
  if (found.type !== "all" && found.type !== "any") return condition(readLeaf(node), { on, ...keyAt(marks, path) });
  const { of } = node as { of?: unknown };
  if (!Array.isArray(of)) throw new WrongSelection(`${found.type} needs a list, of`);
  const inside = [...marks.off].some((one) => one.startsWith(path === "" ? "" : `${path}.`));
  const topics = found.type === "any" && depth > 1 && !inside ? topicsOf(of) : null;
  if (topics !== null) return condition({ type: "topics", ids: topics }, { on, ...keyAt(marks, path) });
  const parts = of.map((one, k) => readPart(one, path === "" ? String(k) : `${path}.${k}`, marks, depth + 1));
  return group(found.type, parts, { on });
}

function keyAt(marks: Marks, path: string): { readonly key?: string } {
  const key = marks.keys.get(path);
  return key === undefined ? {} : { key };
}

/** The ids, if all parts are topics by id. */
function topicsOf(of: readonly unknown[]): number[] | null {
  const ids = of.map((one) => {
    const node = one as Partial<TopicNode> | null;
    return node?.type === "topic" ? node.topic_id : undefined;
  });
  return ids.length > 1 && ids.every((id) => typeof id === "number") ? ids : null;
}
