/** The typography of topic labels: sizes by depth and weight, lines broken where they balance. */

import type { Size } from "../map/view";

export const FONT_FAMILY =
  '-apple-system, "Segoe UI", Roboto, Inter, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, system-ui, sans-serif';

export interface Style {
  readonly font: string;
  readonly weight: number;
  readonly size: number;
  readonly lineHeight: number;
  /** Width of the halo around the letters, CSS pixels. */
  readonly halo: number;
}

interface Rank {
  readonly weight: number;
  readonly smallest: number;
  readonly largest: number;
}

const RANKS: readonly Rank[] = [
  { weight: 700, smallest: 15, largest: 23 },
  { weight: 600, smallest: 13, largest: 17 },
  { weight: 500, smallest: 12, largest: 14.5 },
];

/** Return the style of a label at `depth` (1 is broadest) whose topic has `share` 0..1 of the largest's rows there. */
export function labelStyle(depth: number, share: number, window: Size): Style {
  const rank = RANKS[Math.min(depth, RANKS.length) - 1];
  const exact = (rank.smallest + (rank.largest - rank.smallest) * Math.sqrt(share)) * enlargement(depth, window);
  const size = Math.round(exact * 2) / 2;
  return { font: `${rank.weight} ${size}px ${FONT_FAMILY}`, weight: rank.weight, size, lineHeight: size * 1.12, halo: size * 0.2 + 1 };
}

/** Phones have smaller labels, above all broad ones; large screens, which stand farther away, have larger ones. */
function enlargement(depth: number, window: Size): number {
  if (isNarrow(window)) return depth === 1 ? 0.76 : 0.9;
  return Math.min(Math.max(Math.sqrt(Math.min(window.width, window.height) / ORDINARY), 1), 1.5);
}

export function isNarrow(window: Size): boolean {
  return window.width < NARROW;
}

const NARROW = 600;
/** The smaller side of an ordinary window, CSS pixels. */
const ORDINARY = 900;
const LINE_LENGTH = 17;
const NARROW_LINE_LENGTH = 12;
const MOST_LINES = 3;

/** Break a label into up to three lines of like length; words stay whole, what is too long ends in an ellipsis. */
export function breakLines(text: string, narrow = false): string[] {
  const words = wordsOf(text);
  const length = narrow ? NARROW_LINE_LENGTH : LINE_LENGTH;
  const lines = Math.min(Math.ceil([...text].length / length), MOST_LINES, words.length);
  const broken = atSeparators(text, lines, length) ?? balanced(words, lines);
  // A dot between two names has done its work where a line ends.
  return broken.map((line) => shorten(line.replace(/ ·$/u, ""), LINE_LENGTH * 1.7));
}

/** Names with dots between them are broken there, where each then fits; null where that needs more lines. */
function atSeparators(text: string, lines: number, length: number): string[] | null {
  const names = text.trim().split(/\s+·\s+/u);
  if (lines < 2 || names.length < 2 || names.length > lines || names.some((name) => [...name].length > length)) return null;
  return names;
}

/** Split at spaces; a dot or a dash between two names stays with the first, as no line should begin with it. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const word of text.trim().split(/\s+/u)) {
    if (words.length > 0 && /^[·•|/&+–—-]$/u.test(word)) words[words.length - 1] += ` ${word}`;
    else words.push(word);
  }
  return words;
}

/** Try every width from the ideal one up until the words fit in so many lines. */
function balanced(words: readonly string[], lines: number): string[] {
  const total = words.join(" ").length;
  for (let width = Math.ceil(total / lines); width < total; width++) {
    const filled = fill(words, width);
    if (filled.length <= lines) return filled;
  }
  return [words.join(" ")];
}

function fill(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function shorten(line: string, most: number): string {
  const letters = [...line];
  return letters.length <= most ? line : `${letters.slice(0, Math.floor(most) - 1).join("")}…`;
}
