/** The map as a file: points are an image, and in the SVG labels stay text that a person can set anew. */

import type { LabelText } from "../labels/layer";
import { FONT_FAMILY } from "../labels/type";
import type { Polygon } from "../state/map_port";
import { strokesOf } from "./marks";
import type { Point, Size } from "./view";

export async function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error("The picture is too large for this browser.")) : resolve(blob)), "image/png");
  });
}

/** What the SVG shows over the points; places in CSS pixels. */
export interface Drawing {
  readonly size: Size;
  readonly labels: readonly LabelText[];
  /** How strongly the labels show, 0..1. */
  readonly strength: number;
  readonly outlines: readonly Polygon[];
  readonly rings: readonly Point[];
  readonly radius: number;
  readonly dark: boolean;
}

/** Return the SVG; `points` is the picture of the points alone, as a data address. */
export function svgOf(points: string, drawing: Drawing): string {
  const { width, height } = drawing.size;
  const strokes = strokesOf(drawing.dark);
  const outlines = drawing.outlines.map(
    (corners) =>
      `<polygon points="${corners.map(({ x, y }) => `${fixed(x)},${fixed(y)}`).join(" ")}" ` +
      `fill="${strokes.line}" fill-opacity="0.09" stroke="${strokes.line}" stroke-width="1.75"/>`,
  );
  const rings = drawing.rings.map(
    ({ x, y }) =>
      `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(Math.max(drawing.radius + 3, 6))}" ` +
      `fill="none" stroke="${drawing.dark ? "#fff" : "#16181d"}" stroke-width="2"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<image href="${points}" width="${width}" height="${height}"/>`,
    ...outlines,
    `<g font-family='${FONT_FAMILY}' text-anchor="middle" stroke-linejoin="round" opacity="${drawing.strength}">`,
    ...drawing.labels.map(textOf),
    "</g>",
    ...rings,
    "</svg>",
    "",
  ].join("\n");
}

/** The halo is a stroke that lies behind the letters. */
function textOf(label: LabelText): string {
  const { lines, style, ink } = label;
  const first = label.y - ((lines.length - 1) / 2) * style.lineHeight;
  const rows = lines.map(
    // A third of the size below the middle of a line is where its letters stand.
    (line, k) => `<tspan x="${fixed(label.x)}" y="${fixed(first + k * style.lineHeight + style.size * 0.35)}">${escaped(line)}</tspan>`,
  );
  return (
    `<text font-size="${style.size}" font-weight="${style.weight}" fill="${ink.text}" stroke="${ink.halo}" ` +
    `stroke-width="${fixed(style.halo * 1.5)}" paint-order="stroke">${rows.join("")}</text>`
  );
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // Letters that no XML may hold, such as a stray escape in a label, would make the file unreadable.
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "").replace(/[&<>"]/gu, (letter) => names[letter]);
}
