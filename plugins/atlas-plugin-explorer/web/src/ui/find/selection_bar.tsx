/** The selection: how many rows it has, what it asks, and the way back. */

import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { RowsButton } from "../rows/rows_button";
import { late } from "../shell/late";

const Chips = late("Chips");

export function SelectionBar({ explorer }: Props): JSX.Element {
  const { selecting } = explorer;
  const some = selecting.tree.value.of.length > 0;
  return (
    <section class="selection" aria-label="Selection">
      <div class="selection-head">
        <Count explorer={explorer} />
        <RowsButton explorer={explorer} />
        <IconButton icon="undo" name="Undo" title="Undo (Ctrl-Z)" id="undo" disabled={!selecting.canUndo.value}
          onClick={() => selecting.undo()} />
        <IconButton icon="redo" name="Redo" title="Redo (Ctrl-Shift-Z)" id="redo" disabled={!selecting.canRedo.value}
          onClick={() => selecting.redo()} />
        <IconButton icon="close" name="Clear the selection" id="clear-selection" disabled={!some} onClick={() => selecting.clear()} />
      </div>
      <Chips explorer={explorer} />
    </section>
  );
}

function Count({ explorer }: Props): JSX.Element {
  const { selecting, store } = explorer;
  const points = store.index.value?.points ?? 0;
  const count = selecting.count.value;
  const everything = selecting.bits.value === null && count !== null;
  return (
    <p id="selected" class="selected" role="status" data-count={count ?? ""} aria-busy={selecting.busy.value}>
      {everything ? `All ${formatCount(count)} rows` : (
        <><b>{count === null ? "…" : formatCount(count)}</b> of {formatCount(points)} selected</>
      )}
    </p>
  );
}
