/** Puts points in order: by their rows, or by the values of a column. Millions of points take some tens of milliseconds. */

import type { ColorColumn } from "../api/format";
import type { PageArray } from "../api/loader";
import { has, type Bits } from "../selection/bits";
import { NULL_CODE, OTHER_CODE } from "../selection/codes";

/** Return the positions of all points in the order of their rows: `rows[p]` is the row of the point at p. */
export function byRow(rows: Uint32Array): Uint32Array {
  const everyone = Uint32Array.from(rows, (_, position) => position);
  return radix(everyone, Float64Array.from(rows));
}

/** Sort positions by keys, one a point, the lowest first; NaN is last, and equal ones stay in order. */
export function byKey(order: Uint32Array, keys: Float64Array, descending: boolean): Uint32Array {
  return radix(order, descending ? keys.map((key) => -key) : keys);
}

/** Return a number per point by which a column is sorted: categories by name, nulls as NaN. */
export function keysOf(column: ColorColumn, values: PageArray): Float64Array {
  if (!("categories" in column)) return Float64Array.from(values as ArrayLike<number>);
  const names = column.categories.map((one) => String(one.value));
  const collator = new Intl.Collator(undefined, { numeric: true });
  const sorted = names.map((_, code) => code).sort((a, b) => collator.compare(names[a], names[b]));
  const ranks = new Float64Array(256);
  sorted.forEach((code, rank) => (ranks[code] = rank));
  // Of other values the pages do not say which they are.
  ranks[OTHER_CODE] = names.length;
  ranks[NULL_CODE] = NaN;
  const keys = new Float64Array(values.length);
  for (let i = 0; i < keys.length; i++) keys[i] = ranks[values[i]];
  return keys;
}

/** Return those of an order that are in a set; all if it is null. */
export function among(order: Uint32Array, bits: Bits | null): Uint32Array {
  return bits === null ? order : order.filter((position) => has(bits, position));
}

const DIGIT = 16;
const DIGITS = 1 << DIGIT;

/** A stable sort by 16 bits at a time, least first. */
function radix(order: Uint32Array, keys: Float64Array): Uint32Array {
  const codes = sortable(keys);
  let [from, to] = [order.slice(), new Uint32Array(order.length)];
  for (let digit = 0; digit < 4; digit++) {
    const digits = new Uint16Array(codes.buffer);
    const starts = new Uint32Array(DIGITS + 1);
    for (const position of from) starts[digits[4 * position + digit] + 1]++;
    // A digit that is the same for all sorts nothing.
    if (starts.includes(from.length)) continue;
    for (let k = 0; k < DIGITS; k++) starts[k + 1] += starts[k];
    for (const position of from) to[starts[digits[4 * position + digit]]++] = position;
    [from, to] = [to, from];
  }
  return from;
}

/** Return numbers as 64 bits each, low word first, which are in order as whole numbers; NaN is the largest. */
function sortable(keys: Float64Array): Uint32Array {
  const words = new Uint32Array(Float64Array.from(keys, (key) => key + 0).buffer);
  for (let i = 0; i < keys.length; i++) {
    const [low, high] = [2 * i, 2 * i + 1];
    if (Number.isNaN(keys[i])) words[low] = words[high] = 0xffffffff;
    else if (words[high] >>> 31 === 1) {
      words[low] = ~words[low];
      words[high] = ~words[high];
    } else words[high] |= 0x80000000;
  }
  return words;
}
