/** Opens and closes the drawer with the selected rows. */

import type { JSX } from "preact";
import type { Props } from "../app";
import { Icon } from "../icons";

export function RowsButton({ explorer }: Props): JSX.Element {
  const { drawerOpen, leftOpen, narrow } = explorer.layout;
  const open = drawerOpen.value;
  const toggle = (): void => {
    drawerOpen.value = !open;
    // There is room for one sheet.
    if (narrow.peek()) leftOpen.value = false;
  };
  const name = open ? "Hide the rows" : "Show the rows";
  return (
    <button type="button" class="bare" id="rows" aria-label={name} title={name} aria-expanded={open} onClick={toggle}>
      <Icon name="table" />
    </button>
  );
}
