/** Whether a point lies in a polygon, by the even-odd rule. */

import type { Corner } from "./nodes";

/** A polygon made ready: its box, and its edges from lower to higher end. */
export interface Outline {
  readonly box: readonly [number, number, number, number];
  /** x0, y0, x1, y1 of each edge that is not level, y0 < y1. */
  readonly edges: Float64Array;
}

export function outlineOf(corners: readonly Corner[]): Outline {
  const edges: number[] = [];
  corners.forEach(([x0, y0], k) => {
    const [x1, y1] = corners[(k + 1) % corners.length];
    if (y0 < y1) edges.push(x0, y0, x1, y1);
    else if (y1 < y0) edges.push(x1, y1, x0, y0);
  });
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return { box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], edges: Float64Array.from(edges) };
}

export function isInside({ box, edges }: Outline, x: number, y: number): boolean {
  if (!(x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3])) return false;
  let inside = false;
  for (let k = 0; k < edges.length; k += 4) {
    if (y < edges[k + 1] || y >= edges[k + 3]) continue;
    const across = edges[k] + ((y - edges[k + 1]) / (edges[k + 3] - edges[k + 1])) * (edges[k + 2] - edges[k]);
    if (x < across) inside = !inside;
  }
  return inside;
}
