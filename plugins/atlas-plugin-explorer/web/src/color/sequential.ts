/** Colours for numbers: from quiet to strong, by even steps of lightness, told apart by the colour-blind too. */

import { toRgb } from "./oklch";
import type { Rgb } from "../render/renderer";

export const STEPS = 256;

/** Return STEPS colours. On paper small is pale and large is dark; in the dark it is the other way round. */
export function sequentialPalette(dark: boolean): Rgb[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const t = step / (STEPS - 1);
    const lightness = dark ? 0.38 + 0.54 * t : 0.86 - 0.52 * t;
    // From teal over blue-violet to magenta (paper), or violet over coral to straw (dark): hue turns one way only.
    const hue = dark ? 285 + 175 * t : 205 + 130 * t;
    const chroma = 0.085 + 0.085 * Math.sin(Math.PI * Math.min(t + 0.12, 1));
    return toRgb({ lightness, chroma, hue });
  });
}

/** Return 0..STEPS-1 for a value between the limits; what lies beyond takes the colour of the end. */
export function stepOf(value: number, low: number, high: number): number {
  if (high <= low) return STEPS >> 1;
  const t = (value - low) / (high - low);
  return Math.min(Math.max(Math.round(t * (STEPS - 1)), 0), STEPS - 1);
}
