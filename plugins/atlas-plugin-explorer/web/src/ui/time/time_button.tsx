/** Opens and closes the time slider, on maps that have dates. */

import type { JSX } from "preact";
import type { Props } from "../app";
import { IconButton } from "../icon_button";

export function TimeButton({ explorer }: Props): JSX.Element | null {
  const { time } = explorer.looking;
  const [first] = time.dates.value;
  if (first === undefined) return null;
  const open = time.column.value !== null;
  const name = open ? "Close the time slider" : "Time slider";
  return (
    <IconButton icon="clock" name={name} class="tool" id="time-open" aria-pressed={open}
      onClick={() => time.choose(open ? null : first.name)} />
  );
}
