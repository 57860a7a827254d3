/** Rows in which a column has no value. */

import type { JSX } from "preact";
import type { Column } from "../../api/format";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";

interface NullProps extends Props {
  readonly column: Column;
  readonly count: number;
}

export function NullToggle({ explorer, column, count }: NullProps): JSX.Element | null {
  const { selecting } = explorer;
  const key = `column:${column.name}`;
  const test = selecting.of(key);
  if (count === 0) return null;
  const on = test?.type === "category" && test.values.includes(null);
  return (
    <button type="button" class="value" aria-pressed={on}
      onClick={() => selecting.replace(key, on ? null : { type: "category", field: column.name, values: [null] })}>
      <span class="check" aria-hidden="true" />
      <span class="value-name quiet">no value</span>
      <span class="value-count">{formatCount(count)}</span>
    </button>
  );
}
