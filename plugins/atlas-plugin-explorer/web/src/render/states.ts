/** What becomes of each point, in one byte: dimmed by a mask, shown, or not there at all. */

import type { Mask } from "./renderer";

export const DIM = 0;
export const SHOWN = 1;
export const HIDDEN = 2;

export interface States {
  readonly of: Uint8Array;
  /** Whether there is a mask, so that some points may be dimmed. */
  readonly masked: boolean;
  readonly shown: number;
}

/** Return the states of `total` points; null when all are simply shown. */
export function statesOf(mask: Mask | null, hidden: Uint8Array | null, total: number): States | null {
  if (hidden === null) return mask === null ? null : { of: mask.shown, masked: true, shown: mask.count };
  const of = mask === null ? new Uint8Array(total).fill(SHOWN) : mask.shown.slice();
  let shown = mask === null ? total : mask.count;
  for (let i = 0; i < total; i++) {
    if (hidden[i] === 0) continue;
    if (of[i] === SHOWN) shown--;
    of[i] = HIDDEN;
  }
  return { of, masked: mask !== null, shown };
}
