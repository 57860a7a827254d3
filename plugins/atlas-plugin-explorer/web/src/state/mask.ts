/** From what is selected and singled out to the points that show. */

import type { Mask } from "../render/renderer";

/** Return the points that are selected and have one of the singled-out colours; null when that is all points. */
export function combineMask(selected: Mask | null, colors: Uint16Array, isolated: ReadonlySet<number>): Mask | null {
  if (isolated.size === 0) return selected;
  const shown = selected === null ? new Uint8Array(colors.length).fill(1) : selected.shown.slice();
  const wanted = new Uint8Array(65536);
  for (const key of isolated) wanted[key] = 1;
  let count = 0;
  for (let i = 0; i < shown.length; i++) count += shown[i] &= wanted[colors[i]];
  return { shown, count };
}
