/** Colours for categories: the most frequent get the hues that differ most. */

import { toRgb, type Oklch } from "./oklch";
import type { Rgb } from "../render/renderer";

/** Hues in an order in which each is far from those before it, with a lightness that keeps them apart in grey too. */
const FIRST: readonly { hue: number; lift: number }[] = [
  { hue: 252, lift: 0 },
  { hue: 48, lift: 0.06 },
  { hue: 150, lift: 0 },
  { hue: 10, lift: -0.03 },
  { hue: 305, lift: -0.02 },
  { hue: 90, lift: 0.11 },
  { hue: 205, lift: 0.08 },
  { hue: 345, lift: 0.09 },
  { hue: 120, lift: 0.13 },
  { hue: 275, lift: 0.1 },
];

/** The golden angle: further hues fall into the largest gap that is left. */
const GOLDEN = 137.508;

export function categoricalPalette(count: number, dark: boolean): Rgb[] {
  return Array.from({ length: count }, (_, rank) => toRgb(categoryColor(rank, dark)));
}

function categoryColor(rank: number, dark: boolean): Oklch {
  const base = dark ? 0.7 : 0.62;
  if (rank < FIRST.length) {
    const { hue, lift } = FIRST[rank];
    return { lightness: base + lift, chroma: 0.16, hue };
  }
  const lift = [0, 0.1, -0.08][rank % 3];
  return { lightness: base + lift, chroma: 0.11, hue: (rank * GOLDEN) % 360 };
}
