/** What the address keeps after its #: where one looks, the colours and the search, so that a reload returns there. */

import { NO_QUERY, type ColorChoice } from "./store";
import type { SearchQuery } from "../api/client";
import type { View } from "../map/view";

export interface Place {
  readonly view: View | null;
  readonly color: ColorChoice | null;
  readonly query: SearchQuery;
}

export function writePlace(place: Place): string {
  const parts = new URLSearchParams();
  const { view, color, query } = place;
  if (view !== null) parts.set("at", [view.x, view.y, view.scale].map((value) => value.toPrecision(7)).join(","));
  if (color?.by === "topics") parts.set("topics", String(color.depth));
  if (color?.by === "column") parts.set("column", color.name);
  if (color?.by === "nothing") parts.set("plain", "1");
  if (query.text !== "") {
    parts.set("q", query.text);
    if (query.field !== null) parts.set("in", query.field);
    const flags = `${query.matchCase ? "c" : ""}${query.wholeWord ? "w" : ""}${query.regex ? "r" : ""}`;
    if (flags !== "") parts.set("as", flags);
  }
  return parts.toString();
}

/** Read what `writePlace` wrote; what cannot be read is left out, as addresses are typed and cut by people. */
export function readPlace(hash: string): Place {
  const parts = new URLSearchParams(hash.replace(/^#/u, ""));
  const flags = parts.get("as") ?? "";
  const query: SearchQuery = {
    ...NO_QUERY,
    text: parts.get("q") ?? "",
    field: parts.get("in"),
    matchCase: flags.includes("c"),
    wholeWord: flags.includes("w"),
    regex: flags.includes("r"),
  };
  return { view: readView(parts.get("at")), color: readColor(parts), query };
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
  if (column !== null) return { by: "column", name: column };
  return parts.has("plain") ? { by: "nothing" } : null;
}
