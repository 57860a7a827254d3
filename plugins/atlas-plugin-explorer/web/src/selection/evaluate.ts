/** Combines the conditions of a tree: which points it selects, and how many each condition selects by itself. */

import { both, countBits, either, inverse, type Bits } from "./bits";
import { conditions, counts, type Condition, type Group, type Part } from "./tree";

export interface Selected {
  /** The selected points; null when nothing is asked, and so all are. */
  readonly bits: Bits | null;
  readonly count: number;
  /** How many points each condition holds for, by its id. */
  readonly counts: ReadonlyMap<number, number>;
}

/**
 * Combine a tree. `answer` gives the points of a condition's test; null where there is no answer, and the condition
 * is then left out, as if it were off. `alive` are the points whose rows still exist; null for all.
 */
export function combine(
  root: Group,
  points: number,
  answer: (condition: Condition) => Bits | null,
  alive: Bits | null,
): Selected {
  const found = new Map<number, Bits>();
  const each = new Map<number, number>();
  for (const one of conditions(root)) {
    const bits = answer(one);
    if (bits === null) continue;
    const inside = limit(one.not ? inverse(bits, points) : bits, alive);
    found.set(one.id, inside);
    each.set(one.id, countBits(inside));
  }
  const bits = counts(root) ? fold(root, points, found, alive) : null;
  const total = bits ?? alive;
  return { bits, count: total === null ? points : countBits(total), counts: each };
}

/** Return the points of a part; null if nothing in it has an answer. */
function fold(part: Part, points: number, found: ReadonlyMap<number, Bits>, alive: Bits | null): Bits | null {
  if (part.kind === "condition") return found.get(part.id) ?? null;
  let bits: Bits | null = null;
  for (const one of part.of) {
    if (!counts(one)) continue;
    const more = fold(one, points, found, alive);
    if (more === null) continue;
    bits = bits === null ? more : part.join === "all" ? both(bits, more) : either(bits, more);
  }
  if (bits === null || !part.not) return bits;
  return limit(inverse(bits, points), alive);
}

function limit(bits: Bits, alive: Bits | null): Bits {
  return alive === null ? bits : both(bits, alive);
}
