/** A value of a row as one reads it. */

import type { Cell } from "../api/format";

export function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  if (typeof cell === "number") return new Intl.NumberFormat("en", { maximumFractionDigits: 6, useGrouping: false }).format(cell);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return JSON.stringify(cell);
}
