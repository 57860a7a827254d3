/** The colours of paper and ink, light and dark; the style sheet has the same ones for the panels. */

import type { Rgb, Theme } from "../render/renderer";
import type { Ink } from "../labels/sprite";
import { toCss, toRgb, type Oklch } from "./oklch";

export const LIGHT: Theme = { dark: false, background: [252, 252, 250], muted: [150, 152, 158] };
export const DARK: Theme = { dark: true, background: [14, 16, 21], muted: [104, 110, 122] };

/** Where a value is missing, or none of the listed ones. */
export const NO_VALUE: { readonly light: Rgb; readonly dark: Rgb } = { light: [176, 178, 184], dark: [84, 89, 100] };

/** Return the ink of a topic's label: its hue, dark enough on paper and light enough in the dark to be read. */
export function labelInk(color: Oklch | null, depth: number, dark: boolean): Ink {
  const lightness = dark ? (depth === 1 ? 0.92 : 0.87) : depth === 1 ? 0.36 : 0.41;
  const chroma = color === null ? 0 : dark ? 0.075 : 0.11;
  const text = toCss(toRgb({ lightness, chroma, hue: color?.hue ?? 0 }));
  return { text, halo: toCss((dark ? DARK : LIGHT).background) };
}
