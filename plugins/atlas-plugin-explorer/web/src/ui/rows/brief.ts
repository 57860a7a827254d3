/** A row in a few words, for lists. */

import type { Cell, Row } from "../../api/format";
import type { Store } from "../../state/store";
import { cellText } from "../cell_text";

const LONGEST = 400;

/** Return the mapped text of a row, or else its first text, or else its id. */
export function briefOf(store: Store, row: Row, columns: readonly string[] = store.fields.peek()): string {
  const field = columns.indexOf(store.textField.peek() ?? "");
  const mapped = field < 0 ? "" : textOf(row.values[field]);
  const text = mapped !== "" ? mapped : (row.values.map(asText).find((value) => value !== "") ?? "");
  return text === "" ? nameOf(row) : text.slice(0, LONGEST);
}

/** What a row is called: its id. */
export function nameOf(row: Row): string {
  return typeof row.id === "string" && row.id !== "" ? row.id : `Row ${row.id ?? row.row}`;
}

function asText(value: Cell): string {
  return typeof value === "string" ? value.trim() : "";
}

function textOf(value: Cell | undefined): string {
  return cellText(value ?? null).trim();
}
