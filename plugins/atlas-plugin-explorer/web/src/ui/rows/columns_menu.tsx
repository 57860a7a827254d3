/** Which columns the table shows. */

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Props } from "../app";
import { Popover } from "../shell/popover";

const MANY = 14;
/** So many are listed at once; a search finds the others. */
const MOST = 200;

export function ColumnsMenu({ explorer }: Props): JSX.Element {
  return <Popover id="columns" icon="columns" name="Columns"><Choice explorer={explorer} /></Popover>;
}

function Choice({ explorer }: Props): JSX.Element {
  const { columns } = explorer.looking;
  const [search, setSearch] = useState("");
  void columns.shown.value;
  const all = explorer.store.columns.value;
  const found = all.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  return (
    <div class="columns-menu">
      {all.length > MANY && (
        <input type="search" class="field small" placeholder="Search columns" aria-label="Search columns" value={search}
          onInput={(event) => setSearch(event.currentTarget.value)} />
      )}
      <ul>
        {found.slice(0, MOST).map(({ name }) => (
          <li key={name}>
            <label class="tick-row">
              <input type="checkbox" checked={columns.isShown(name)} onChange={(event) => columns.show(name, event.currentTarget.checked)} />
              <span dir="auto">{name}</span>
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}
