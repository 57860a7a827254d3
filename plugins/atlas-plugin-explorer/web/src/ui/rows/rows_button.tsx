/** Opens and closes the drawer with the selected rows. */

import type { JSX } from "preact";
import type { Props } from "../app";
import { IconButton } from "../icon_button";

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
    <IconButton icon="table" name={name} id="rows" aria-expanded={open} onClick={toggle} />
  );
}
