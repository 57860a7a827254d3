/** The part of a text around what was searched for. */

import type { SearchQuery } from "../../api/client";

export interface Snippet {
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

const LEAD = 34;
const LENGTH = 150;

export function snippet(text: string, query: SearchQuery): Snippet {
  const found = locate(text, query);
  if (found === null) return { before: cut(text, LENGTH), match: "", after: "" };
  const from = found.start <= LEAD ? 0 : wordStart(text, found.start - LEAD);
  return {
    before: (from > 0 ? "…" : "") + text.slice(from, found.start),
    match: text.slice(found.start, found.end),
    after: cut(text.slice(found.end), Math.max(LENGTH - (found.end - from), 20)),
  };
}

/** Cut a text at a word's end if there is one near, and say so with an ellipsis. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const space = text.lastIndexOf(" ", most);
  const end = space > most * 0.7 ? space : most;
  // A pair of surrogates is one letter.
  const whole = isLowSurrogate(text, end) ? end - 1 : end;
  return `${text.slice(0, whole).trimEnd()}…`;
}

function locate(text: string, query: SearchQuery): { start: number; end: number } | null {
  const escaped = query.regex ? query.text : query.text.replace(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&");
  const pattern = query.wholeWord ? `(?<![\\p{L}\\p{M}\\p{N}_])(?:${escaped})(?![\\p{L}\\p{M}\\p{N}_])` : escaped;
  try {
    const match = new RegExp(pattern, query.matchCase ? "u" : "iu").exec(text);
    return match === null || match[0] === "" ? null : { start: match.index, end: match.index + match[0].length };
  } catch {
    // The server's expressions are not quite the browser's; the match is then not marked.
    return null;
  }
}

function wordStart(text: string, near: number): number {
  const space = text.indexOf(" ", near);
  const start = space >= 0 && space < near + LEAD / 2 ? space + 1 : near;
  return isLowSurrogate(text, start) ? start + 1 : start;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
