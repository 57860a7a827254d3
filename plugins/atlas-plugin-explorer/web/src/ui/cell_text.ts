/** A value of a row as one reads it. */

import type { Cell } from "../api/format";

export function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  if (typeof cell === "number") return numberText(cell);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return JSON.stringify(cell);
}

/** Whole numbers in full, as they may be codes or years; others to six digits. */
function numberText(value: number): string {
  const digits = Number.isInteger(value) ? {} : { maximumSignificantDigits: 6 };
  return new Intl.NumberFormat("en", { useGrouping: false, ...digits }).format(value);
}
