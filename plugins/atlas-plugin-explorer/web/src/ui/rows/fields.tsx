/** The fields of a row; where they are many, a search among them. */

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { RowDetail } from "../../api/format";
import { cellText } from "../cell_text";
import { FieldValue } from "./field_value";

const MANY = 16;
/** So many fields are laid out at once. */
const MOST = 200;

interface FieldsProps {
  readonly detail: RowDetail;
  /** The place of the column that is shown elsewhere; -1 for none. */
  readonly without: number;
}

export function Fields({ detail, without }: FieldsProps): JSX.Element | null {
  const [search, setSearch] = useState("");
  const all = detail.columns.map((name, place) => ({ name, place })).filter(({ place }) => place !== without);
  if (all.length === 0) return null;
  const wanted = search.toLowerCase();
  const found = wanted === "" ? all : all.filter(({ name, place }) =>
    `${name} ${cellText(detail.row.values[place])}`.toLowerCase().includes(wanted));
  return (
    <section class="detail-part" aria-label="Fields">
      {all.length > MANY && (
        <input type="search" class="field small" placeholder={`Search ${all.length} fields`} aria-label="Search the fields"
          value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      )}
      <dl class="fields">
        {found.slice(0, MOST).map(({ name, place }) => (
          <div key={place}>
            <dt dir="auto" title={name}>{name}</dt>
            <dd dir="auto"><FieldValue value={detail.row.values[place]} /></dd>
          </div>
        ))}
      </dl>
      {found.length > MOST && <p class="status">{found.length - MOST} more fields: search for them.</p>}
      {found.length === 0 && <p class="status">No field holds this.</p>}
    </section>
  );
}
