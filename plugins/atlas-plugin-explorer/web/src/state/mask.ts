/** From what is searched and singled out to the points that show. */

import type { Mask } from "../render/renderer";

/** Spread a bit mask (bit i & 7 of byte i >> 3) over bytes, one a point. */
export function unpackBits(bits: Uint8Array, count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (let i = 0; i < count; i++) marks[i] = (bits[i >> 3] >> (i & 7)) & 1;
  return marks;
}

/** Return the points that match the search and have one of the singled-out colours; null when that is all points. */
export function combineMask(
  matches: Uint8Array | null,
  colors: Uint16Array,
  isolated: ReadonlySet<number>,
): Mask | null {
  if (matches === null && isolated.size === 0) return null;
  const shown = matches === null ? new Uint8Array(colors.length).fill(1) : matches.slice();
  if (isolated.size > 0) {
    const wanted = new Uint8Array(65536);
    for (const key of isolated) wanted[key] = 1;
    for (let i = 0; i < shown.length; i++) shown[i] &= wanted[colors[i]];
  }
  let count = 0;
  for (let i = 0; i < shown.length; i++) count += shown[i];
  return { shown, count };
}
