/** The selection as a table: any number of rows, of which only those in sight are fetched and exist. */

import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import type { Row } from "../../api/format";
import type { ShownColumn } from "../../state/columns_shown";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";
import { cellText } from "../cell_text";
import { ColumnHead } from "./column_head";
import { Picture } from "./picture";
import { stepOf } from "./steps";
import { useVirtual } from "./virtual";

const HEIGHT = 33;
const HEAD = 34;
const NUMBERS = 74;
const THUMB = 44;
/** Longer texts are not laid out; the details have them whole. */
const LONGEST = 300;

interface TableProps extends Props {
  readonly order: Uint32Array;
}

export function Table({ explorer, order }: TableProps): JSX.Element {
  const { blocks, columns, reader } = explorer.looking;
  const shown = columns.shown.value;
  const images = explorer.store.can.value.images === true;
  const list = useVirtual(order.length, HEIGHT, HEAD);
  void blocks.arrived.value;
  blocks.list(order, shown.map((one) => one.place));
  useEffect(() => blocks.want(list.first, list.count), [order, shown, list.first, list.count]);
  const open = reader.reading.value?.row ?? -1;
  useReveal(explorer, order, list.reveal);
  const lines = Array.from({ length: list.count }, (_, k) => list.first + k);
  const width = NUMBERS + (images ? THUMB : 0) + shown.reduce((sum, one) => sum + one.width, 0);
  return (
    <div ref={list.box} id="table" class="table" role="grid" tabIndex={0} aria-label="Rows of the selection" aria-rowcount={order.length + 1}
      aria-colcount={shown.length + 1} onScroll={list.onScroll} onWheel={list.onWheel}
      onKeyDown={(event) => {
        const step = stepOf(event.key, list.lines, order.length);
        if (step === null || event.target !== event.currentTarget) return;
        event.preventDefault();
        event.stopPropagation();
        explorer.looking.walk(step);
      }}>
      <div class="table-head" role="row" aria-rowindex={1} style={{ width: `${width}px` }}>
        <ColumnHead explorer={explorer} column={null} width={NUMBERS} />
        {images && <span class="cell" role="columnheader" aria-label="Image" style={{ width: `${THUMB}px` }} />}
        {shown.map((one) => <ColumnHead key={one.place} explorer={explorer} column={one} width={one.width} />)}
      </div>
      <div class="table-body" style={{ height: `${list.laid}px`, width: `${width}px` }}>
        {lines.map((line) => (
          <Line key={line} explorer={explorer} row={blocks.at(line)} line={line} columns={shown} top={list.offset(line)} images={images}
            open={blocks.at(line)?.row === open} />
        ))}
      </div>
    </div>
  );
}

/** The open row is kept in sight. */
export function useReveal(explorer: Props["explorer"], order: Uint32Array, reveal: (line: number) => void, across = 1): void {
  const { at } = explorer.looking;
  const position = at.value;
  useEffect(() => {
    const line = position === null ? -1 : order.indexOf(position);
    if (line >= 0) reveal(Math.floor(line / across));
  }, [position, order]);
}

interface LineProps extends Props {
  readonly row: Row | null;
  readonly line: number;
  readonly columns: readonly ShownColumn[];
  readonly top: number;
  readonly images: boolean;
  readonly open: boolean;
}

function Line({ explorer, row, line, columns, top, images, open }: LineProps): JSX.Element {
  return (
    <div class={open ? "line open" : row === null ? "line waits" : "line"} role="row" aria-rowindex={line + 2} aria-selected={open}
      data-row={row?.row} style={{ transform: `translateY(${top}px)`, height: `${HEIGHT}px` }}
      onClick={() => row !== null && explorer.looking.read(row.row, row.position)}>
      <span class="cell cell-number" role="rowheader" style={{ width: `${NUMBERS}px` }}>{formatCount(line + 1)}</span>
      {images && (
        <span class="cell cell-picture" role="gridcell" style={{ width: `${THUMB}px` }}>
          {row !== null && <Picture explorer={explorer} row={row.row} side={64} class="picture-tiny" name="" />}
        </span>
      )}
      {columns.map(({ column, place, width }, k) => {
        const text = row === null ? "" : cellText(row.values[k] ?? null);
        const kind = column.kind === "number" ? "cell cell-right" : column.name === explorer.store.textField.value ? "cell cell-grow" : "cell";
        return <span key={place} class={kind} role="gridcell" dir="auto" style={{ width: `${width}px` }}>{text.slice(0, LONGEST)}</span>;
      })}
    </div>
  );
}
