/** Finds addresses in texts. Only http and https are ever followed: what else a text may hold stays text. */

export interface Piece {
  readonly text: string;
  /** Where the piece leads; null where it is only text. */
  readonly address: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^]+/giu;
/** Signs that end a sentence, not an address. */
const TRAILING = /[.,;:!?…]+$/u;

/** Cut a text into plain pieces and addresses. Joined again, the pieces are the text. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let after = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const written = endOfAddress(match[0]);
    const address = safeAddress(written);
    if (address === null) continue;
    if (match.index > after) found.push({ text: text.slice(after, match.index), address: null });
    found.push({ text: written, address });
    after = match.index + written.length;
  }
  if (after < text.length || found.length === 0) found.push({ text: text.slice(after), address: null });
  return found;
}

/** Return the address that a browser may go to, or null. */
export function safeAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const parsed = new URL(text);
  return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : null;
}

/** Without the full stop of the sentence, and without the bracket that was opened before the address. */
function endOfAddress(text: string): string {
  let address = text.replace(TRAILING, "");
  while (/[)\]]$/u.test(address) && opened(address) < 0) address = address.slice(0, -1).replace(TRAILING, "");
  return address;
}

function opened(text: string): number {
  let depth = 0;
  for (const sign of text) depth += sign === "(" || sign === "[" ? 1 : sign === ")" || sign === "]" ? -1 : 0;
  return depth;
}
