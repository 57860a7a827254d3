/** Colours by lightness, chroma and hue as they are seen (OKLCH, Ottosson 2020), and back to sRGB. */

import type { Rgb } from "../render/renderer";

/** `lightness` 0..1, `chroma` 0..about 0.3, `hue` in degrees. */
export interface Oklch {
  readonly lightness: number;
  readonly chroma: number;
  readonly hue: number;
}

/** Return sRGB 0..255; a colour outside what a screen can show keeps its lightness and hue and loses chroma. */
export function toRgb(color: Oklch): Rgb {
  if (isShown(color)) return encode(toLinear(color));
  let low = 0;
  let high = color.chroma;
  for (let halving = 0; halving < 16; halving++) {
    const middle = (low + high) / 2;
    if (isShown({ ...color, chroma: middle })) low = middle;
    else high = middle;
  }
  return encode(toLinear({ ...color, chroma: low }));
}

export function toCss(color: Rgb): string {
  return `rgb(${Math.round(color[0])} ${Math.round(color[1])} ${Math.round(color[2])})`;
}

function isShown(color: Oklch): boolean {
  return toLinear(color).every((part) => part >= -0.0005 && part <= 1.0005);
}

function toLinear({ lightness, chroma, hue }: Oklch): readonly [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function encode(linear: readonly [number, number, number]): Rgb {
  const part = (value: number): number => {
    const inside = Math.min(Math.max(value, 0), 1);
    return 255 * (inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055);
  };
  return [part(linear[0]), part(linear[1]), part(linear[2])];
}
