/** The lasso: the way a pointer goes while it draws around points, and the polygon that becomes of it. */

import type { LassoJoin, Polygon, Tool } from "../state/map_port";
import type { Point } from "./view";

/** Pixels between two corners of the way: nearer ones are trembling. */
const NEAREST = 3;
/** How far (pixels) the polygon may lie from the way: addresses hold it, so it should have few corners. */
const TOLERANCE = 1.5;
const MOST_CORNERS = 200;
/** An area (square pixels) below which nothing was meant to be caught. */
export const SMALLEST_AREA = 60;

export class Lasso {
  private way: Point[] = [];

  get path(): Polygon {
    return this.way;
  }

  begin(pixel: Point): void {
    this.way = [pixel];
  }

  reach(pixel: Point): void {
    const last = this.way.at(-1);
    if (last === undefined || Math.hypot(pixel.x - last.x, pixel.y - last.y) >= NEAREST) this.way.push(pixel);
  }

  cancel(): void {
    this.way = [];
  }

  /** End the drawing; null where it encloses next to nothing. */
  close(): Polygon | null {
    const { way } = this;
    this.way = [];
    if (Math.abs(areaOf(way)) < SMALLEST_AREA) return null;
    let tolerance = TOLERANCE;
    let corners = simplify(way, tolerance);
    while (corners.length > MOST_CORNERS) corners = simplify(way, (tolerance *= 1.5));
    return corners.length < 3 ? null : corners;
  }
}

/** What the keys held at the end of a lasso say. Alone, shift only says that a drag is a lasso, where it else moves. */
export function joinOf(keys: { altKey: boolean; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean }, tool: Tool): LassoJoin {
  if (keys.altKey) return "exclude";
  return keys.ctrlKey || keys.metaKey || (keys.shiftKey && tool === "lasso") ? "widen" : "narrow";
}

/** Return the signed area of a polygon. */
export function areaOf(corners: Polygon): number {
  let sum = 0;
  corners.forEach((corner, k) => {
    const next = corners[(k + 1) % corners.length];
    sum += corner.x * next.y - next.x * corner.y;
  });
  return sum / 2;
}

/** Leave out corners that lie within `tolerance` of the line between those that stay (Douglas and Peucker 1973). */
export function simplify(way: Polygon, tolerance: number): Polygon {
  const kept = new Uint8Array(way.length);
  kept[0] = kept[way.length - 1] = 1;
  const open: [number, number][] = [[0, way.length - 1]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span;
    let far = -1;
    let most = tolerance;
    for (let k = from + 1; k < to; k++) {
      const off = distance(way[k], way[from], way[to]);
      if (off > most) [far, most] = [k, off];
    }
    if (far < 0) continue;
    kept[far] = 1;
    open.push([from, far], [far, to]);
  }
  return way.filter((_, k) => kept[k] === 1);
}

/** The distance of a point from a stretch of line. */
function distance(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / square;
  const t = Math.min(Math.max(along, 0), 1);
  return Math.hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}
