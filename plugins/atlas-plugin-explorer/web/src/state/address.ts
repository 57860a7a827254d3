/** What the address keeps after its #: where one looks, the colours, the selection and the open row; a link brings all back. */

import type { View } from "../map/view";
import { EVERYTHING, type Group } from "../selection/tree";
import { readTree, writeTree } from "../selection/wire";
import type { LegendFold } from "./layout";
import type { ColorChoice } from "./store";

export interface Place {
  readonly view: View | null;
  readonly color: ColorChoice | null;
  readonly selection: Group;
  /** The number of the row whose details are open. */
  readonly row: number | null;
  readonly legend: LegendFold | null;
}

/** Browsers and chat programs cut what is longer; such a selection is better kept as a tag. */
const LONGEST = 30_000;

/** Whether a selection is too long for an address, which then has none. */
export function outgrows(selection: Group): boolean {
  return selection.of.length > 0 && JSON.stringify(writeTree(selection).node).length > LONGEST;
}

export function writePlace(place: Place): string {
  const parts = new URLSearchParams();
  const { view, color, selection, row, legend } = place;
  if (view !== null) parts.set("at", [view.x, view.y, view.scale].map((value) => value.toPrecision(7)).join(","));
  if (color?.by === "topics") parts.set("topics", String(color.depth));
  if (color?.by === "column") parts.set("column", color.name);
  if (color?.by === "column" && color.scale !== undefined) parts.set("scale", color.scale);
  if (color?.by === "duplicates") parts.set("duplicates", "1");
  if (color?.by === "nothing") parts.set("plain", "1");
  if (row !== null) parts.set("row", String(row));
  if (legend !== null) parts.set("legend", legend);
  if (selection.of.length > 0) writeSelection(parts, selection);
  return parts.toString();
}

function writeSelection(parts: URLSearchParams, selection: Group): void {
  const { node, off, keys } = writeTree(selection);
  const text = JSON.stringify(node);
  if (text.length > LONGEST) return;
  parts.set("select", text);
  if (off.length > 0) parts.set("off", off.join(","));
  if (keys.length > 0) parts.set("of", JSON.stringify(keys));
}

/** Read what `writePlace` wrote; what cannot be read is left out, as addresses are typed and cut by people. */
export function readPlace(hash: string): Place {
  const parts = new URLSearchParams(hash.replace(/^#/u, ""));
  const row = parts.get("row") ?? "";
  const legend = parts.get("legend");
  return {
    view: readView(parts.get("at")),
    color: readColor(parts),
    selection: readSelection(parts),
    row: /^\d{1,10}$/u.test(row) ? Number(row) : null,
    legend: legend === "open" || legend === "folded" ? legend : null,
  };
}

function readSelection(parts: URLSearchParams): Group {
  try {
    const keys: unknown = JSON.parse(parts.get("of") ?? "[]");
    const off = (parts.get("off") ?? "").split(",").filter((path) => /^\d+(\.\d+)*$/u.test(path));
    return readTree(JSON.parse(parts.get("select") ?? ""), off, Array.isArray(keys) ? keys.filter(isKey) : []);
  } catch {
    return EVERYTHING;
  }
}

function isKey(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "string");
}

function readView(text: string | null): View | null {
  const [x, y, scale, ...rest] = (text ?? "").split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const usable = [x, y, scale].every((value) => Number.isFinite(value)) && scale > 0 && rest.length === 0;
  return usable ? { x, y, scale } : null;
}

function readColor(parts: URLSearchParams): ColorChoice | null {
  const depth = Number(parts.get("topics"));
  if (Number.isInteger(depth) && depth > 0) return { by: "topics", depth };
  const column = parts.get("column");
  const scale = (["linear", "log", "quantile"] as const).find((kind) => kind === parts.get("scale"));
  if (column !== null) return { by: "column", name: column, ...(scale === undefined ? {} : { scale }) };
  if (parts.has("duplicates")) return { by: "duplicates" };
  return parts.has("plain") ? { by: "nothing" } : null;
}

/** Keep a place in the address; the page in a notebook has none that it could change. */
export function showPlace(hash: string): void {
  if (location.protocol !== "about:") history.replaceState(null, "", `#${hash}`);
}
