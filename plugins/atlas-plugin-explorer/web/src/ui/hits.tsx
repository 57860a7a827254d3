/** The first matches of a search; a click flies to one. */

import type { JSX } from "preact";
import type { Row } from "../api/format";
import { formatCount } from "../color/ticks";
import type { Store } from "../state/store";
import type { Props } from "./app";
import { cellText } from "./cell_text";
import { snippet } from "./snippet";

export function Hits({ explorer }: Props): JSX.Element | null {
  const { store } = explorer;
  const state = store.search.value;
  if (state.kind !== "found" || state.hits.length === 0) return null;
  const { hits, count } = state;
  return (
    <ol id="hits" class="hits" aria-label="Matches">
      {hits.map((row) => (
        <li key={row.row}>
          <button type="button" class="hit" data-row={row.row} onClick={() => void explorer.visit(row)}>
            <HitText store={store} row={row} />
          </button>
        </li>
      ))}
      {count > hits.length && <li class="more">and {formatCount(count - hits.length)} more, marked on the map</li>}
    </ol>
  );
}

function HitText({ store, row }: { readonly store: Store; readonly row: Row }): JSX.Element {
  const query = store.query.value;
  const field = query.field ?? store.textField.value ?? "";
  const place = Math.max(store.fields.value.indexOf(field), 0);
  const { before, match, after } = snippet(cellText(row.values[place] ?? null), query);
  return <span dir="auto">{before}{match !== "" && <mark>{match}</mark>}{after}</span>;
}
