/** What is clicked in the legend, as a condition of the selection: the one place where it is kept. */

import type { Coloring } from "../color/legend";
import { askedBy, keysAsked } from "../color/legend";
import { findKey, keyOfTest } from "../selection/tree";
import type { Test } from "../selection/tree";
import type { Selecting } from "./selecting";

/** Return the entries that are singled out; empty when none is. Read in a component, it is followed. */
export function pressedKeys(selecting: Selecting, coloring: Coloring): ReadonlySet<number> {
  const present = conditionOf(selecting, coloring);
  return present === null || !present.on ? new Set() : keysAsked(coloring.subject, present);
}

/** Single one entry out, or, `more`, put it to the others or take it from them. The only one, pressed again, frees all. */
export function pressKey(selecting: Selecting, coloring: Coloring, key: number, more: boolean): void {
  const pressed = pressedKeys(selecting, coloring);
  const next = new Set(more ? pressed : []);
  if (more && pressed.has(key)) next.delete(key);
  else if (more || !(pressed.size === 1 && pressed.has(key))) next.add(key);
  single(selecting, coloring, next);
}

/** Free all entries. */
export function freeKeys(selecting: Selecting, coloring: Coloring): void {
  single(selecting, coloring, new Set());
}

function single(selecting: Selecting, coloring: Coloring, keys: ReadonlySet<number>): void {
  const key = keyOfSubject(coloring);
  if (key === null) return;
  const asked = askedBy(coloring.subject, keys);
  const present = findKey(selecting.tree.peek(), key);
  const mark = `legend ${key}`;
  // A condition that is there keeps whether it is inverted, so one that turns round makes place for another.
  if (asked === null || (present !== null && present.not !== asked.not)) selecting.replace(key, null, { mark });
  if (asked !== null) selecting.replace(key, asked.test, { mark, ...(asked.not ? { how: "not" } : {}) });
  selecting.settle();
}

function conditionOf(selecting: Selecting, coloring: Coloring): ReturnType<typeof findKey> {
  const key = keyOfSubject(coloring);
  return key === null ? null : findKey(selecting.tree.value, key);
}

/** Filters and the legend share the condition of a column. */
function keyOfSubject({ subject }: Coloring): string | null {
  switch (subject.by) {
    case "nothing":
      return null;
    case "topics":
      return keyOfTest({ type: "topics", ids: [] });
    case "duplicates":
      return keyOfTest({ type: "duplicates", classes: [] });
    default:
      return keyOfTest({ type: "category", field: subject.column.name, values: [] });
  }
}

/** The range of the column that colours the points, as places 0..1 on its scale; null if there is none. */
export function pressedRange(selecting: Selecting, coloring: Coloring): Test | null {
  const present = conditionOf(selecting, coloring);
  return present?.on === true && present.test.type === "range" ? present.test : null;
}
