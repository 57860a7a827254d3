/** Which texts hold a word, a phrase or a pattern; as the server does it, but for what only its expressions know. */

import type { TextNode } from "../selection/nodes";
import { nextTurn } from "../turns";
import { Refused } from "./copy";

/** As the core's: JavaScript's \b would cut "café" in two. */
const EDGE = "[\\p{L}\\p{M}\\p{N}_]";

export type Query = Pick<TextNode, "query" | "regex" | "whole_word" | "ignore_case">;

/** Return what says whether a text matches. */
export function matcher({ query, regex, whole_word, ignore_case }: Query): (text: string) => boolean {
  if (!regex && !whole_word) {
    if (!ignore_case) return (text) => text.includes(query);
    const wanted = query.toLowerCase();
    return (text) => text.toLowerCase().includes(wanted);
  }
  const inner = regex ? query : query.replace(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&");
  const source = whole_word ? `(?<!${EDGE})(?:${inner})(?!${EDGE})` : inner;
  const expression = compile(source, ignore_case ? "iu" : "u", query);
  return (text) => expression.test(text);
}

/** Milliseconds of matching after which the page has its turn, and rows between two looks at the clock. */
const SLICE = 12;
const STRIDE = 256;

/** Say of each row, in the order of the texts, whether one of its texts matches: 1 or 0. Throws when the signal says so. */
export async function matchingRows(
  columns: readonly (readonly (string | null)[])[], matches: (text: string) => boolean, signal?: AbortSignal,
): Promise<Uint8Array> {
  const found = new Uint8Array(columns.at(0)?.length ?? 0);
  let begun = performance.now();
  for (let row = 0; row < found.length; row++) {
    for (const texts of columns) {
      const text = texts[row];
      if (text !== null && matches(text)) found[row] = 1;
    }
    if (row % STRIDE !== 0 || performance.now() - begun < SLICE) continue;
    await nextTurn();
    signal?.throwIfAborted();
    begun = performance.now();
  }
  return found;
}

function compile(source: string, flags: string, query: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /u, "") : "";
    throw new Refused(400, `"${query}" is not a regular expression: ${reason}`);
  }
}
