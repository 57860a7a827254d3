/** A picture in the making: ink and colour per pixel, added up point by point, then toned into an image. */

import { TONE_STEPS, type Tone } from "./tone";
import type { Theme } from "./renderer";

/** Pixels around the picture that discs at its rim may spill into, so that the inner loop needs no check: twice the
 * reach of the largest disc, whose centre may lie its reach outside. */
export const MARGIN = 52;

/** How far dense ink goes towards light in the dark, and towards black on paper. */
export const DEEP_IN_THE_DARK = 0.3;
export const DEEP_ON_PAPER = 0.26;

export class Surface {
  readonly stride: number;
  /** Red, green, blue (each times the ink) and ink, 4 floats a pixel; the margin included. */
  readonly ink: Float32Array;
  private pixels = new Uint32Array();
  /** Whether there may be ink that was not toned. */
  private inked = false;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.stride = width + 2 * MARGIN;
    this.ink = new Float32Array(this.stride * (height + 2 * MARGIN) * 4);
  }

  /** Begin a picture in `image`, which is as large: the background, and no ink, whatever became of the last one. */
  begin(image: ImageData, theme: Theme): void {
    this.pixels = new Uint32Array(image.data.buffer);
    const [red, green, blue] = theme.background;
    if (this.inked) this.ink.fill(0);
    this.inked = true;
    this.pixels.fill(0xff000000 | (blue << 16) | (green << 8) | red);
  }

  /** Lay the ink over the image, `strength` 0..1 of its opacity, and take up the ink for the next layer. */
  tone(tone: Tone, lightens: boolean, strength: number): void {
    const { ink, pixels, stride, width, height } = this;
    const { opacity, depth, most } = tone;
    const toStep = (TONE_STEPS - 1) / Math.sqrt(most);
    const end = lightens ? 255 : 0;
    const reach = lightens ? DEEP_IN_THE_DARK : DEEP_ON_PAPER;
    for (let y = 0; y < height; y++) {
      let from = ((y + MARGIN) * stride + MARGIN) * 4;
      for (let to = y * width, stop = to + width; to < stop; to++, from += 4) {
        const amount = ink[from + 3];
        if (amount === 0) continue;
        const step = Math.min(Math.sqrt(amount) * toStep, TONE_STEPS - 1) | 0;
        const deep = depth[step] * reach;
        const over = opacity[step] * strength;
        const scale = (over * (1 - deep)) / amount;
        const add = over * deep * end + 0.5;
        const under = pixels[to];
        const keep = 1 - over;
        const red = ink[from] * scale + add + (under & 255) * keep;
        const green = ink[from + 1] * scale + add + ((under >>> 8) & 255) * keep;
        const blue = ink[from + 2] * scale + add + ((under >>> 16) & 255) * keep;
        pixels[to] = 0xff000000 | (blue << 16) | (green << 8) | red;
      }
    }
    ink.fill(0);
    this.inked = false;
  }
}
