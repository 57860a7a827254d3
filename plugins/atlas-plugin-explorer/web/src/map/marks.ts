/** What is drawn over the points: rings around some, outlines of areas, the lasso that is being drawn. */

import type { Polygon } from "../state/map_port";
import type { Point } from "./view";

interface Strokes {
  /** Against the colours of points, so that the line is seen on any of them. */
  readonly halo: string;
  readonly line: string;
  readonly wash: string;
}

const LIGHT_STROKES: Strokes = { halo: "rgb(255 255 255 / 0.9)", line: "#245cc6", wash: "rgb(36 92 198 / 0.09)" };
const DARK_STROKES: Strokes = { halo: "rgb(14 16 21 / 0.85)", line: "#84aeff", wash: "rgb(132 174 255 / 0.12)" };

export function strokesOf(dark: boolean): Strokes {
  return dark ? DARK_STROKES : LIGHT_STROKES;
}

/** The first ring, that of the open row, is stronger than those of rows that are like it. */
export function drawRing(pen: CanvasRenderingContext2D, pixel: Point, radius: number, dark: boolean, first: boolean): void {
  const reach = Math.max(radius + 3, first ? 6 : 5);
  pen.beginPath();
  pen.arc(pixel.x, pixel.y, reach, 0, 2 * Math.PI);
  // A light and a dark line: one of them is seen on any colour.
  pen.lineWidth = first ? 4 : 3.5;
  pen.strokeStyle = dark ? "rgb(14 16 21 / 0.9)" : "rgb(255 255 255 / 0.95)";
  pen.stroke();
  pen.lineWidth = first ? 2 : 1.5;
  pen.strokeStyle = first ? (dark ? "#fff" : "#16181d") : strokesOf(dark).line;
  pen.stroke();
}

export function drawOutline(pen: CanvasRenderingContext2D, corners: Polygon, dark: boolean): void {
  trace(pen, corners);
  pen.closePath();
  paint(pen, dark, []);
}

/** A lasso that is still open: its ends are joined by a dashed line. */
export function drawLasso(pen: CanvasRenderingContext2D, way: Polygon, dark: boolean): void {
  if (way.length < 2) return;
  trace(pen, way);
  pen.closePath();
  paint(pen, dark, [5, 4]);
}

const ARM = 11;
const GAP = 3;

/** Where the keyboard draws. */
export function drawCross(pen: CanvasRenderingContext2D, { x, y }: Point, dark: boolean): void {
  pen.beginPath();
  for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1]] as const) {
    pen.moveTo(x + dx * GAP, y + dy * GAP);
    pen.lineTo(x + dx * ARM, y + dy * ARM);
  }
  const { halo, line } = strokesOf(dark);
  pen.lineCap = "round";
  for (const [width, color] of [[5, halo], [2, line]] as const) {
    pen.lineWidth = width;
    pen.strokeStyle = color;
    pen.stroke();
  }
  pen.lineCap = "butt";
}

function trace(pen: CanvasRenderingContext2D, corners: Polygon): void {
  pen.beginPath();
  corners.forEach(({ x, y }, k) => (k === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
}

function paint(pen: CanvasRenderingContext2D, dark: boolean, dash: number[]): void {
  const strokes = strokesOf(dark);
  pen.lineJoin = "round";
  pen.fillStyle = strokes.wash;
  pen.fill();
  pen.lineWidth = 3.5;
  pen.strokeStyle = strokes.halo;
  pen.stroke();
  pen.setLineDash(dash);
  pen.lineWidth = 1.75;
  pen.strokeStyle = strokes.line;
  pen.stroke();
  pen.setLineDash([]);
}
