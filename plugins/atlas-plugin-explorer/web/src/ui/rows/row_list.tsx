/** A short list of rows, each a way on. */

import type { JSX } from "preact";
import type { Row } from "../../api/format";
import type { Props } from "../app";
import { cut } from "../find/snippet";
import { briefOf } from "./brief";
import { Picture } from "./picture";

interface RowListProps extends Props {
  readonly rows: readonly Row[];
  readonly name: string;
  /** What stands at the end of a row's line. */
  readonly note?: (place: number) => string;
  /** How full the line under a row is, 0..1. */
  readonly share?: (place: number) => number;
}

const LONGEST = 160;

export function RowList({ explorer, rows, name, note, share }: RowListProps): JSX.Element {
  const images = explorer.store.can.value.images === true;
  return (
    <ol class={images ? "row-list with-images" : "row-list"} aria-label={name}>
      {rows.map((row, place) => (
        <li key={row.row}>
          <button type="button" class="row-line" data-row={row.row} onClick={() => explorer.looking.read(row.row)}>
            {images && <Picture explorer={explorer} row={row.row} side={96} class="picture-small" name="" />}
            <span class="row-brief" dir="auto">{cut(briefOf(explorer.store, row), LONGEST)}</span>
            {note !== undefined && <span class="row-note">{note(place)}</span>}
            {share !== undefined && <span class="row-share" style={{ width: `${Math.round(100 * share(place))}%` }} />}
          </button>
        </li>
      ))}
    </ol>
  );
}
