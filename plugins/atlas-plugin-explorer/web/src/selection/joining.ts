/** Changes how conditions go together: the word between two of them is turned from "and" to "or" and back. */

import { EVERYTHING, group, replace, type Group, type Join, type Part } from "./tree";

/**
 * Turn the word between parts `k` and `k + 1` of a group. Two parts are a group by themselves; of more, these two
 * become a group of their own, as "a and b and c" becomes "a and (b or c)".
 */
export function turnJoin(root: Group, groupId: number, k: number): Group {
  return replace(root, groupId, (part) => (part.kind === "group" ? turned(part, k) : part));
}

function turned(whole: Group, k: number): Group {
  const other: Join = whole.join === "all" ? "any" : "all";
  if (whole.of.length === 2) return flattened({ ...whole, join: other });
  const [a, b] = [whole.of[k], whole.of[k + 1]];
  if (a === undefined || b === undefined) return whole;
  const joined = group(other, [...inner(a, other), ...inner(b, other)]);
  return { ...whole, of: [...whole.of.slice(0, k), joined, ...whole.of.slice(k + 2)] };
}

/** The parts of a group that joins in the same way, so that groups do not pile up; else the part itself. */
function inner(part: Part, join: Join): readonly Part[] {
  return part.kind === "group" && part.join === join && !part.not && part.on ? part.of : [part];
}

function flattened(whole: Group): Group {
  return { ...whole, of: whole.of.flatMap((part) => inner(part, whole.join)) };
}

/** Take away groups that say nothing: those of one part, and those that join as the group around them does. */
export function tidy(root: Group): Group {
  const of = root.of.map((part) => (part.kind === "group" ? lone(tidy(part)) : part));
  const flat = flattened({ ...root, of });
  const [only] = flat.of;
  // The root of one plain group is that group.
  if (root.id === EVERYTHING.id && flat.of.length === 1 && only.kind === "group" && !only.not && only.on) {
    return { ...flat, join: only.join, of: only.of };
  }
  return flat;
}

/** What a group of one part says, the part says by itself. */
function lone(part: Group): Part {
  const [only] = part.of;
  if (part.of.length !== 1) return part;
  return { ...only, on: only.on && part.on, not: only.not !== part.not };
}
