/** Says in a copy of the page what is off without a server. */

import type { JSX } from "preact";
import type { Props } from "../app";

export function Note({ explorer: { store } }: Props): JSX.Element | null {
  const note = store.mapState.value?.note;
  if (note === undefined) return null;
  return (
    <details class="note">
      <summary>Saved copy</summary>
      <p>{note}</p>
    </details>
  );
}
