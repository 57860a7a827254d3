/** The ring around a point that is pointed at. */

import type { Point } from "./view";

export function drawRing(pen: CanvasRenderingContext2D, pixel: Point, radius: number, dark: boolean): void {
  const reach = Math.max(radius + 3, 6);
  pen.beginPath();
  pen.arc(pixel.x, pixel.y, reach, 0, 2 * Math.PI);
  // A light and a dark line: one of them is seen on any colour.
  pen.lineWidth = 4;
  pen.strokeStyle = dark ? "rgb(14 16 21 / 0.9)" : "rgb(255 255 255 / 0.95)";
  pen.stroke();
  pen.lineWidth = 2;
  pen.strokeStyle = dark ? "#fff" : "#16181d";
  pen.stroke();
}
