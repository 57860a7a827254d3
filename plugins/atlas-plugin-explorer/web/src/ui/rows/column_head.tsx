/** The head of a column: sorts, and is made wider or narrower at its edge. */

import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import { NARROWEST, type ShownColumn } from "../../state/columns_shown";
import { isSortable } from "../../state/listing";
import type { Props } from "../app";
import { Icon } from "../icons";

interface HeadProps extends Props {
  /** Null is the column of numbers, which stands for the order of the dataset. */
  readonly column: ShownColumn | null;
  readonly width: number;
}

const STEP = 24;

export function ColumnHead({ explorer, column, width }: HeadProps): JSX.Element {
  const { listing } = explorer.looking;
  const sort = listing.sort.value;
  const name = column?.column.name ?? null;
  const sorted = sort.column === name;
  const state = !sorted || name === null ? "none" : sort.descending ? "descending" : "ascending";
  const sorts = column === null || isSortable(column.column);
  const label = name ?? "#";
  // The text takes the room that is left.
  const grows = name !== null && name === explorer.store.textField.value;
  const hint = name === null ? "In the order of the dataset" : sorts ? `Sort by ${name}` : `${name}: lists cannot be sorted`;
  return (
    <span class={grows ? "cell column-head cell-grow" : "cell column-head"} role="columnheader" aria-sort={state} data-column={name ?? ""} style={{ width: `${width}px` }}>
      {sorts ? (
        <button type="button" class="sort" title={hint} dir="auto"
          onClick={() => (name === null ? (listing.sort.value = { column: null, descending: false }) : listing.toggle(name))}>
          <span class="column-name">{label}</span>
          {state !== "none" && <Icon name={state === "ascending" ? "up" : "chevron"} />}
        </button>
      ) : <span class="column-name" title={hint} dir="auto">{label}</span>}
      {column !== null && <Edge explorer={explorer} column={column} />}
    </span>
  );
}

function Edge({ explorer, column }: Props & { readonly column: ShownColumn }): JSX.Element {
  const { columns } = explorer.looking;
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const { name } = column.column;
  return (
    <span class="edge" role="separator" tabIndex={0} aria-orientation="vertical" aria-label={`Width of ${name}`} aria-valuenow={column.width}
      aria-valuemin={NARROWEST}
      onPointerDown={(event) => {
        from.current = { x: event.clientX, width: column.width };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={(event) => from.current !== null && columns.resize(name, from.current.width + event.clientX - from.current.x)}
      onPointerUp={() => (from.current = null)} onPointerCancel={() => (from.current = null)}
      onKeyDown={(event) => {
        const step = event.key === "ArrowRight" ? STEP : event.key === "ArrowLeft" ? -STEP : 0;
        if (step === 0) return;
        event.preventDefault();
        columns.resize(name, column.width + step);
      }} />
  );
}
