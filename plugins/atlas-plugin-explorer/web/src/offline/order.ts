/** Answers `api/order`: where each point comes when a column of texts or ids is sorted. */

import { Refused, type Copy } from "./copy";

/** As the server does: the beginning of a text is enough. */
const LONGEST_KEY = 64;
const NO_RANK = 0xffffffff;

export async function orderAnswer(copy: Copy, place: number): Promise<ArrayBuffer> {
  const column = (await copy.columns()).at(place);
  if (column === undefined || (column.kind !== "text" && column.kind !== "id")) throw new Refused(400, `column ${place} has no texts to sort`);
  const keys = Array.from(await copy.cells(place), keyOf);
  const sorted = [...new Set(keys)].filter((key) => key !== null).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const ranks = new Map(sorted.map((key, rank) => [key, rank + 1]));
  return Uint32Array.from(keys, (key) => (key === null ? NO_RANK : (ranks.get(key) ?? NO_RANK))).buffer;
}

function keyOf(cell: unknown): string | number | null {
  if (typeof cell === "number" || cell === null || cell === undefined) return cell ?? null;
  return [...String(cell).slice(0, 2 * LONGEST_KEY)].slice(0, LONGEST_KEY).join("").toLowerCase();
}
