/** The first rows that a search finds; a click flies to one. */

import type { JSX } from "preact";
import type { Row } from "../../api/format";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { cellText } from "../cell_text";
import { snippet } from "./snippet";

export function Hits({ explorer }: Props): JSX.Element | null {
  const { finding, selecting } = explorer;
  const { rows, scores, asked } = finding.hits.value;
  if (finding.condition.value === null) return null;
  if (rows.length === 0) return <p class="none">{selecting.count.value === 0 ? "No row is selected." : ""}</p>;
  const canNear = explorer.store.mapState.value?.can.neighbors === true;
  const more = (selecting.count.value ?? rows.length) - rows.length;
  return (
    <ol id="hits" class="hits" aria-label="Matches" data-query={asked}>
      {rows.map((row, k) => (
        <li key={row.row} class="hit-line">
          <button type="button" class="hit" data-row={row.row} onClick={() => void explorer.visit(row)}>
            <HitText explorer={explorer} row={row} />
            {scores[k] !== null && <span class="score">{scores[k].toFixed(2)}</span>}
          </button>
          {canNear && row.id !== null && (
            <IconButton icon="spark" name="Find rows like this one" class="bare hit-near" onClick={() => explorer.finding.near(row.id ?? "")} />
          )}
        </li>
      ))}
      {more > 0 && <li class="more">and {formatCount(more)} more, marked on the map</li>}
    </ol>
  );
}

function HitText({ explorer, row }: Props & { readonly row: Row }): JSX.Element {
  const { store, finding } = explorer;
  const query = finding.draft.value;
  const field = query.field ?? store.textField.value ?? "";
  const place = Math.max(store.fields.value.indexOf(field), 0);
  const text = cellText(row.values[place] ?? null);
  const { before, match, after } = snippet(text, query.mode === "text" ? query : { ...query, text: "" });
  return <span dir="auto">{before}{match !== "" && <mark>{match}</mark>}{after}</span>;
}
