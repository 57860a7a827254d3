/** The bounds of a range as fields to type into. */

import type { JSX } from "preact";
import type { RangeColumn } from "../../state/bins";
import type { Props } from "../app";

interface BoundsProps extends Props {
  readonly column: RangeColumn;
}

export function BoundFields({ explorer, column }: BoundsProps): JSX.Element {
  const { selecting } = explorer;
  const key = `column:${column.name}`;
  const test = selecting.of(key);
  const { low, high } = test?.type === "range" ? test : { low: null, high: null };
  const change = (bounds: { low?: number | string | null; high?: number | string | null }): void => {
    const next = { type: "range" as const, field: column.name, low, high, ...bounds };
    selecting.replace(key, next.low === null && next.high === null ? null : next);
  };
  const field = (end: "low" | "high", bound: number | string | null): JSX.Element => (
    <input class="bound" type={column.kind === "date" ? "date" : "number"} step="any" aria-label={`${column.name}: ${end === "low" ? "least" : "greatest"}`}
      placeholder={end === "low" ? "from" : "to"} value={typeof bound === "string" ? bound.slice(0, 10) : (bound ?? "")}
      onChange={(event) => change({ [end]: readBound(event.currentTarget.value, column) })} />
  );
  return <div class="bounds">{field("low", low)}<span aria-hidden="true">–</span>{field("high", high)}</div>;
}

function readBound(text: string, column: RangeColumn): number | string | null {
  if (text.trim() === "") return null;
  if (column.kind === "date") return text;
  return Number.isFinite(Number(text)) ? Number(text) : null;
}
