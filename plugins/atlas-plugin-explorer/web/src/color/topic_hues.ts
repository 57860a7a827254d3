/** One colour per topic: hues follow where the topics lie, children are shades of their parent, neighbours differ. */

import type { Topic } from "../api/format";
import type { Oklch } from "./oklch";

/** Lightness and chroma that siblings take in turn, so that neighbours in hue differ in another way too. */
const TURNS: readonly { lightness: number; chroma: number }[] = [
  { lightness: 0, chroma: 0 },
  { lightness: 0.085, chroma: -0.012 },
  { lightness: -0.07, chroma: 0.01 },
];

/** Where the circle of hues begins: red to the right of the middle reads as natural, and green is not over-long. */
const FIRST_HUE = 18;

export interface Tones {
  readonly lightness: number;
  readonly chroma: number;
}

export const LIGHT_TONES: Tones = { lightness: 0.635, chroma: 0.165 };
export const DARK_TONES: Tones = { lightness: 0.725, chroma: 0.145 };

/** Return a colour for each topic, in the order of the list. Topics come with parents first. */
export function topicColors(topics: readonly Topic[], tones: Tones): Oklch[] {
  const hues = new Map<number, number>();
  const colors = new Map<number, Oklch>();
  const roots = byAngle(topics.filter((topic) => topic.depth === 1));
  roots.forEach((topic, rank) => {
    const hue = FIRST_HUE + (360 * rank) / roots.length;
    hues.set(topic.id, hue);
    colors.set(topic.id, turned(hue, tones, roots.length > 6 ? rank : 0));
  });
  const room = Math.min(320 / Math.max(roots.length, 1), 56);
  for (let depth = 2; topics.some((topic) => topic.depth === depth); depth++) {
    const spread = room / 2 ** (depth - 2);
    for (const siblings of families(topics, depth)) {
      byAngle(siblings).forEach((topic, rank) => {
        const parentHue = hues.get(topic.parent ?? -1) ?? 0;
        const hue = parentHue + (siblings.length > 1 ? (rank / (siblings.length - 1) - 0.5) * spread : 0);
        hues.set(topic.id, hue);
        colors.set(topic.id, turned(hue, tones, rank));
      });
    }
  }
  return topics.map((topic) => colors.get(topic.id) ?? { ...tones, hue: 0 });
}

function turned(hue: number, tones: Tones, rank: number): Oklch {
  const turn = TURNS[rank % TURNS.length];
  return { lightness: tones.lightness + turn.lightness, chroma: tones.chroma + turn.chroma, hue };
}

/** Sort by the angle at which topics lie around their common middle. */
function byAngle(topics: readonly Topic[]): Topic[] {
  const weight = topics.reduce((sum, topic) => sum + topic.size, 0) || 1;
  const x = topics.reduce((sum, topic) => sum + topic.x * topic.size, 0) / weight;
  const y = topics.reduce((sum, topic) => sum + topic.y * topic.size, 0) / weight;
  const angle = (topic: Topic): number => Math.atan2(topic.y - y, topic.x - x);
  return [...topics].sort((a, b) => angle(a) - angle(b) || a.id - b.id);
}

function families(topics: readonly Topic[], depth: number): Topic[][] {
  const groups = new Map<number, Topic[]>();
  for (const topic of topics) {
    if (topic.depth !== depth) continue;
    const parent = topic.parent ?? -1;
    groups.set(parent, [...(groups.get(parent) ?? []), topic]);
  }
  return [...groups.values()];
}
