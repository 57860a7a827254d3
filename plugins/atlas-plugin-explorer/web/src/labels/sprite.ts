/** A label drawn once, with its halo, to be stamped onto every frame. */

import type { Style } from "./type";

export interface Sprite {
  readonly canvas: HTMLCanvasElement;
  /** CSS pixels, halo included. */
  readonly width: number;
  readonly height: number;
}

export interface Ink {
  readonly text: string;
  readonly halo: string;
}

/** Strokes from wide and faint to narrow and strong: a halo that ends softly, and is whole where it touches the letters. */
const HALO: readonly (readonly [number, number])[] = [[2.7, 0.1], [2.25, 0.18], [1.8, 0.32], [1.4, 0.5], [1, 0.75]];

export function drawSprite(lines: readonly string[], style: Style, ink: Ink, ratio: number, width: number): Sprite {
  const pad = Math.ceil(style.halo * 1.35 + 2);
  const outer = { width: Math.ceil(width) + 2 * pad, height: Math.ceil(lines.length * style.lineHeight) + 2 * pad };
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(outer.width * ratio);
  canvas.height = Math.ceil(outer.height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return { canvas, ...outer };
  context.scale(ratio, ratio);
  context.font = style.font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const place = (line: number): [number, number] => [outer.width / 2, pad + (line + 0.5) * style.lineHeight];
  // Points would be seen between two lines: there the halo is that of the shorter one.
  const between = lines.slice(1).map((text, k) => (text.length < lines[k].length ? text : lines[k]));
  context.strokeStyle = ink.halo;
  for (const [widen, alpha] of HALO) {
    context.globalAlpha = alpha;
    context.lineWidth = style.halo * widen;
    lines.forEach((text, line) => context.strokeText(text, ...place(line)));
    between.forEach((text, line) => context.strokeText(text, ...place(line + 0.5)));
  }
  context.globalAlpha = 1;
  context.fillStyle = ink.text;
  lines.forEach((text, line) => context.fillText(text, ...place(line)));
  return { canvas, ...outer };
}
