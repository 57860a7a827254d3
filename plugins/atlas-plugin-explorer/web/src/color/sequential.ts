/** Colours for numbers: from quiet to strong, by even steps of lightness, told apart by the colour-blind too. */

import { toRgb } from "./oklch";
import type { Rgb } from "../render/renderer";

export const STEPS = 256;

/** Return STEPS colours. On paper small is pale and large is dark; in the dark it is the other way round. */
export function sequentialPalette(dark: boolean): Rgb[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const t = step / (STEPS - 1);
    const lightness = dark ? 0.4 + 0.5 * t : 0.83 - 0.5 * t;
    // From sea green over blue to plum (paper), or violet over coral to straw (dark): hue turns one way only.
    const hue = dark ? 285 + 165 * t : 178 + 160 * t;
    const chroma = dark ? 0.1 + 0.06 * Math.sin(Math.PI * t) : 0.085 + 0.07 * Math.sin(Math.PI * t ** 0.8);
    return toRgb({ lightness, chroma, hue });
  });
}

/** Return which of STEPS colours the k-th of `count` steps takes; the ends of the scale are for the first and the last. */
export function spreadOver(k: number, count: number): number {
  return count < 2 ? STEPS >> 1 : Math.round((k / (count - 1)) * (STEPS - 1));
}
