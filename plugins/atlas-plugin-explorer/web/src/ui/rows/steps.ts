/** How far a key goes in a list. */

/** Return by how many rows a key moves; null if it does not. */
export function stepOf(key: string, page: number, total: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -total, End: total,
  };
  return steps[key] ?? null;
}
