/** How large a point is: enough ink at first sight, growing as one comes nearer. */

import type { Size } from "../map/view";

/** The part of the window that all points together may cover in the first view. */
const INK = 0.15;
const SMALLEST = 0.5;
const LARGEST_AT_HOME = 4;
const LARGEST = 7;
/** Points grow slower than the map, so that zooming in pulls them apart. */
const GROWTH = 0.38;

/** Return the radius in CSS pixels of one of `count` points at `zoom` times the first view's scale. */
export function pointRadius(count: number, size: Size, zoom: number): number {
  const fair = Math.sqrt((INK * size.width * size.height) / (Math.PI * Math.max(count, 1)));
  const home = Math.min(Math.max(fair, SMALLEST), LARGEST_AT_HOME);
  return Math.min(Math.max(home * zoom ** GROWTH, SMALLEST), LARGEST);
}
