/**
 * Decides at which scales each label shows, so that no two overlap at any scale and nothing jumps while panning.
 *
 * A label keeps its size on the screen, so two labels that overlap at one scale come apart at a larger one. Broad and
 * large ones are placed first; a label shows from the scale at which it is clear of all of them. Children come in
 * where there is room beside their parent; it leaves, and makes room, when half of them are clear of each other.
 */

export interface Label {
  readonly id: number;
  readonly depth: number;
  readonly parent: number | null;
  /** Its topic's rows: the larger comes first. */
  readonly size: number;
  readonly x: number;
  readonly y: number;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** It shows from scale `start` up to `end`, `shiftX`, `shiftY` CSS pixels from its place. */
export interface Placed {
  readonly label: Label;
  readonly start: number;
  readonly end: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** The stretch of zoom (natural logarithm of the scale) over which a label fades. */
const FADE = 0.16;
/** How much nearer than the first view a parent may leave, at the earliest and at the latest. */
const EARLIEST_SPLIT = 2.5;
const LATEST_SPLIT = 7;
/** A label that never shows for at least this stretch of zoom would only flash. */
const SHORTEST_RANGE = 1.35;
/** Fewer broad labels than this at first view, and the next depth joins in. */
const ENOUGH_AT_HOME = 6;
/** Shifts that are tried, in widths and heights, to show a broad label at first view that would overlap. */
const SHIFTS: readonly (readonly [number, number])[] = [
  [0, 0], [0, -0.55], [0, 0.55], [-0.3, 0], [0.3, 0], [0, -1], [0, 1], [-0.3, -0.8], [0.3, 0.8], [-0.3, 0.8], [0.3, -0.8],
];

export function placeLabels(labels: readonly Label[], homeScale: number): Placed[] {
  // What belongs to the first view must have faded in whole by then.
  const home = homeScale * Math.exp(-FADE);
  const placed: Placed[] = [];
  const middles = new Map<number, number>();
  const depths = [...new Set(labels.map((label) => label.depth))].sort((a, b) => a - b);
  const children = byParent(labels);
  for (const depth of depths) {
    const level = labels.filter((label) => label.depth === depth).sort((a, b) => b.size - a.size || a.id - b.id);
    const shown = placed.filter((one) => one.start <= home).length;
    for (const label of level) {
      const parentMiddle = label.parent === null ? undefined : middles.get(label.parent);
      const early = depth > depths[0] && shown < ENOUGH_AT_HOME ? home : Infinity;
      const from = depth === depths[0] ? 0 : Math.min(parentMiddle ?? 0, early);
      const begin = Math.max(from, home);
      const end = splitScale(children.get(label.id) ?? [], begin);
      middles.set(label.id, Math.sqrt(begin * end));
      const one = depth === depths[0] ? placeBroad(label, end, home, placed) : placeAt(label, [0, 0], from, end, placed);
      if (one.end >= one.start * SHORTEST_RANGE) placed.push(one);
    }
  }
  return placed;
}

/** A broad label moves aside a little rather than miss the first view. */
function placeBroad(label: Label, end: number, home: number, placed: readonly Placed[]): Placed {
  const tries = SHIFTS.map((shift) => placeAt(label, shift, 0, end, placed));
  return tries.find((one) => one.start <= home) ?? tries[0];
}

function placeAt(
  label: Label,
  shift: readonly [number, number],
  from: number,
  end: number,
  placed: readonly Placed[],
): Placed {
  const shiftX = shift[0] * label.width;
  const shiftY = shift[1] * label.height;
  let start = from;
  for (const other of placed) {
    const apart = clearFrom(label, shiftX, shiftY, other);
    if (other.start < end && apart > other.start && apart > start) start = Math.max(start, Math.min(apart, other.end));
  }
  return { label, start, end, shiftX, shiftY };
}

/** Return the scale from which the two do not overlap any more; 0 if they never do. */
function clearFrom(label: Label, shiftX: number, shiftY: number, other: Placed): number {
  const horizontal = overlapRange(
    label.x - other.label.x, shiftX - other.shiftX, (label.width + other.label.width) / 2,
  );
  const vertical = overlapRange(
    other.label.y - label.y, shiftY - other.shiftY, (label.height + other.label.height) / 2,
  );
  const low = Math.max(horizontal[0], vertical[0], 0);
  const high = Math.min(horizontal[1], vertical[1]);
  return high > low ? high : 0;
}

/** Return the scales s for which |s * distance + shift| < reach. */
function overlapRange(distance: number, shift: number, reach: number): readonly [number, number] {
  if (distance === 0) return Math.abs(shift) < reach ? [0, Infinity] : [Infinity, 0];
  const a = (-reach - shift) / distance;
  const b = (reach - shift) / distance;
  return a < b ? [a, b] : [b, a];
}

/** Return the scale at which a topic gives way to its children: half of them, by size, are clear of each other. */
function splitScale(children: readonly Label[], from: number): number {
  if (children.length === 0) return Infinity;
  const alone: Placed[] = [];
  for (const child of [...children].sort((a, b) => b.size - a.size || a.id - b.id)) {
    alone.push(placeAt(child, [0, 0], 0, Infinity, alone));
  }
  const total = children.reduce((sum, child) => sum + child.size, 0);
  let covered = 0;
  let scale = from * LATEST_SPLIT;
  for (const one of alone.sort((a, b) => a.start - b.start)) {
    covered += one.label.size;
    if (covered * 2 < total) continue;
    scale = one.start;
    break;
  }
  return Math.min(Math.max(scale, from * EARLIEST_SPLIT), from * LATEST_SPLIT);
}

function byParent(labels: readonly Label[]): Map<number, Label[]> {
  const children = new Map<number, Label[]>();
  for (const label of labels) {
    if (label.parent === null) continue;
    children.set(label.parent, [...(children.get(label.parent) ?? []), label]);
  }
  return children;
}

/** Return how visible a placed label is at this scale, 0..1. A parent fades as its children appear. */
export function visibility(placed: Placed, scale: number): number {
  const rise = placed.start === 0 ? 1 : (Math.log(scale / placed.start) + 1e-9) / FADE;
  const fall = placed.end === Infinity ? 1 : Math.log(placed.end / scale) / FADE;
  return Math.min(Math.max(Math.min(rise, fall), 0), 1);
}
