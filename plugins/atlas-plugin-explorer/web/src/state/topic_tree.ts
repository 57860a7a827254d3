/** Topics as a tree that can be searched and folded. */

import type { Topic } from "../api/format";

export interface TopicBranch {
  readonly topic: Topic;
  /** The topic's place in the list of `topics.json`, which is its colour too. */
  readonly place: number;
  readonly children: readonly TopicBranch[];
}

/** A line of the tree as it is shown. */
export interface TopicLine {
  readonly topic: Topic;
  readonly place: number;
  readonly level: number;
  /** Null for one without children. */
  readonly open: boolean | null;
  /** How many siblings there are, and which of them this is, from 1. */
  readonly among: number;
  readonly nth: number;
}

/** Build the tree, the largest topics first. A topic whose parent is not there is a root. */
export function growTree(topics: readonly Topic[]): TopicBranch[] {
  const known = new Set(topics.map((topic) => topic.id));
  const below = new Map<number | null, number[]>();
  topics.forEach((topic, place) => {
    const parent = topic.parent !== null && known.has(topic.parent) && topic.depth > 1 ? topic.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), place]);
  });
  const grow = (parent: number | null): TopicBranch[] =>
    (below.get(parent) ?? [])
      .map((place) => ({ topic: topics[place], place, children: grow(topics[place].id) }))
      .sort((a, b) => b.topic.size - a.topic.size || a.topic.id - b.topic.id);
  return grow(null);
}

/** Return the lines to show: with a search those that match and what they lie under, else the unfolded ones. */
export function linesOf(tree: readonly TopicBranch[], open: ReadonlySet<number>, search: string): TopicLine[] {
  const words = fold(search).split(/\s+/u).filter(Boolean);
  const kept = words.length === 0 ? null : matching(tree, words);
  const lines: TopicLine[] = [];
  const walk = (branches: readonly TopicBranch[], level: number): void => {
    const shown = kept === null ? branches : branches.filter(({ topic }) => kept.has(topic.id));
    shown.forEach(({ topic, place, children }, k) => {
      const inside = kept === null ? children : children.filter((child) => kept.has(child.topic.id));
      const unfolded = kept === null ? open.has(topic.id) : true;
      lines.push({ topic, place, level, open: inside.length === 0 ? null : unfolded, among: shown.length, nth: k + 1 });
      if (unfolded) walk(inside, level + 1);
    });
  };
  walk(tree, 1);
  return lines;
}

/** The ids of topics that hold all words in their label or keywords, and of those above them. */
function matching(tree: readonly TopicBranch[], words: readonly string[]): Set<number> {
  const kept = new Set<number>();
  const visit = ({ topic, children }: TopicBranch): boolean => {
    const inside = children.map(visit).some(Boolean);
    const text = fold([topic.label, ...topic.keywords].join(" "));
    const hit = inside || words.every((word) => text.includes(word));
    if (hit) kept.add(topic.id);
    return hit;
  };
  tree.forEach(visit);
  return kept;
}

/** Without case and accents. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The box of a topic on the map: of its hull, or around its place. */
export function boxOfTopic(topic: Topic, reach: number): { x0: number; y0: number; x1: number; y1: number } {
  const corners = topic.hull.length > 0 ? topic.hull : [[topic.x - reach, topic.y - reach], [topic.x + reach, topic.y + reach]];
  const [x, y] = [corners.map((corner) => corner[0]), corners.map((corner) => corner[1])];
  return { x0: Math.min(...x), y0: Math.min(...y), x1: Math.max(...x), y1: Math.max(...y) };
}
