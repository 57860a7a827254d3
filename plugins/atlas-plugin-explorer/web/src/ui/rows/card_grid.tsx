/** The selection as cards, with images where the rows have them; only those in sight exist. */

import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Row } from "../../api/format";
import type { Props } from "../app";
import { cellText } from "../cell_text";
import { cut } from "../find/snippet";
import { briefOf } from "./brief";
import { Picture } from "./picture";
import { stepOf } from "./steps";
import { useReveal } from "./table";
import { useVirtual } from "./virtual";

const GAP = 10;
const NARROWEST = 200;
/** Rows of an image map without texts have but a name below their picture. */
const [WITH_IMAGE, IMAGE_ALONE, WITHOUT_IMAGE] = [224, 186, 148];
const LONGEST = 180;
const MOST_FACTS = 3;

interface GridProps extends Props {
  readonly order: Uint32Array;
}

export function CardGrid({ explorer, order }: GridProps): JSX.Element {
  const { blocks, columns, reader } = explorer.looking;
  const images = explorer.store.can.value.images === true;
  const [width, setWidth] = useState(800);
  const across = Math.max(Math.floor((width - GAP) / (NARROWEST + GAP)), 1);
  const height = (images ? (explorer.store.textField.value === null ? IMAGE_ALONE : WITH_IMAGE) : WITHOUT_IMAGE) + GAP;
  const list = useVirtual(Math.ceil(order.length / across), height, 0);
  const shown = columns.shown.value;
  void blocks.arrived.value;
  blocks.list(order, shown.map((one) => one.place));
  const [first, count] = [list.first * across, Math.min(list.count * across, order.length - list.first * across)];
  useEffect(() => blocks.want(first, count), [order, shown, first, count]);
  useReveal(explorer, order, list.reveal, across);
  useEffect(() => {
    const element = list.box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const open = reader.reading.value?.row ?? -1;
  const wide = (width - GAP * (across + 1)) / across;
  const names = shown.map((one) => one.column.name);
  return (
    <div ref={list.box} id="cards" class="card-grid" tabIndex={0} role="listbox" aria-label="Rows of the selection" onScroll={list.onScroll}
      onWheel={list.onWheel} onKeyDown={(event) => {
        const step = stepOf(event.key, list.lines * across, order.length) ?? sideStep(event.key);
        if (step === null) return;
        event.preventDefault();
        event.stopPropagation();
        explorer.looking.walk(event.key === "ArrowDown" || event.key === "ArrowUp" ? step * across : step);
      }}>
      <div style={{ height: `${list.laid + GAP}px` }}>
        {Array.from({ length: Math.max(count, 0) }, (_, k) => first + k).map((place) => (
          <GridCard key={place} explorer={explorer} row={blocks.at(place)} names={names} open={blocks.at(place)?.row === open}
            box={{ left: GAP + (place % across) * (wide + GAP), top: GAP + list.offset(Math.floor(place / across)), width: wide, height: height - GAP }} />
        ))}
      </div>
    </div>
  );
}

function sideStep(key: string): number | null {
  return key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : null;
}

interface CardProps extends Props {
  readonly row: Row | null;
  readonly names: readonly string[];
  readonly open: boolean;
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

function GridCard({ explorer, row, names, open, box }: CardProps): JSX.Element {
  const place = { transform: `translate(${box.left}px, ${box.top}px)`, width: `${box.width}px`, height: `${box.height}px` };
  if (row === null) return <div class="grid-card waits" style={place} />;
  const text = names.indexOf(explorer.store.textField.value ?? "");
  const brief = briefOf(explorer.store, row, names);
  const facts = names
    .map((name, k) => ({ name, k, value: cellText(row.values[k] ?? null) }))
    .filter(({ k, value }) => k !== text && value !== "" && value !== brief && value.length < 60)
    .slice(0, MOST_FACTS);
  return (
    <div class={open ? "grid-card open" : "grid-card"} role="option" aria-selected={open} data-row={row.row} style={place}
      onClick={() => explorer.looking.read(row.row, row.position)}>
      {explorer.store.can.value.images && <Picture explorer={explorer} row={row.row} side={256} class="picture-card" name="" />}
      <p class="grid-text" dir="auto">{cut(brief, LONGEST)}</p>
      <p class="grid-facts">{facts.map(({ name, value }) => <span key={name} dir="auto" title={name}>{value}</span>)}</p>
    </div>
  );
}
