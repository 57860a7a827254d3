/** Puts the card beside its point, inside the window. */

import type { Point } from "../map/view";

const DISTANCE = 16;
const EDGE = 12;

/** Narrow windows have the card at the foot, by the style sheet; the numbers are then not used. */
export function placeCard(card: HTMLElement, pixel: Point): void {
  const { innerWidth, innerHeight } = window;
  const { offsetWidth: width, offsetHeight: height } = card;
  const right = pixel.x + DISTANCE;
  const left = right + width + EDGE > innerWidth ? pixel.x - DISTANCE - width : right;
  const top = Math.min(Math.max(pixel.y - height / 3, EDGE), Math.max(innerHeight - height - EDGE, EDGE));
  card.style.setProperty("--x", `${Math.round(Math.max(left, EDGE))}px`);
  card.style.setProperty("--y", `${Math.round(top)}px`);
}
