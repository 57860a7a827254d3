/** Opens and closes the drawer with the selected rows. */

import type { JSX } from "preact";
import type { Props } from "../app";
import { Icon } from "../icons";

export function RowsButton({ explorer }: Props): JSX.Element {
  const { drawerOpen } = explorer.layout;
  const open = drawerOpen.value;
  const name = open ? "Hide the rows" : "Show the rows";
  return (
    <button type="button" class="bare" id="rows" aria-label={name} title={name} aria-expanded={open} onClick={() => (drawerOpen.value = !open)}>
      <Icon name="table" />
    </button>
  );
}
