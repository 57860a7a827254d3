/** A part of a line from 0 to 1, and what a drag makes of it. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Grab {
  readonly part: "new" | "from" | "to" | "middle";
  /** Where the drag began. */
  readonly from: number;
  readonly span: Span;
}

/** Say what a press takes hold of; `reach` is how near an end must be. */
export function grabbed(at: number, span: Span | null, reach: number): Grab {
  if (span === null) return { part: "new", from: at, span: { from: at, to: at } };
  const [left, right] = [Math.abs(at - span.from), Math.abs(at - span.to)];
  if (Math.min(left, right) <= reach) return { part: left < right ? "from" : "to", from: at, span };
  return { part: at > span.from && at < span.to ? "middle" : "new", from: at, span };
}

/** The span after a drag to a place; ends may pass each other, and a window that is moved keeps its width. */
export function dragTo({ part, from, span }: Grab, at: number): Span {
  if (part === "middle") {
    const by = Math.min(Math.max(at - from, -span.from), 1 - span.to);
    return { from: span.from + by, to: span.to + by };
  }
  const fixed = part === "new" ? from : part === "from" ? span.to : span.from;
  return { from: Math.min(fixed, at), to: Math.max(fixed, at) };
}
