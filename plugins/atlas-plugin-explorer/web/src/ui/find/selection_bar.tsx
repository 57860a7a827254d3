/** The selection: how many rows it has, what it asks, and the way back. */

import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";
import { Icon } from "../icons";
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
        <button type="button" class="bare" id="undo" aria-label="Undo" title="Undo (Ctrl-Z)" disabled={!selecting.canUndo.value}
          onClick={() => selecting.undo()}>
          <Icon name="undo" />
        </button>
        <button type="button" class="bare" id="redo" aria-label="Redo" title="Redo (Ctrl-Shift-Z)" disabled={!selecting.canRedo.value}
          onClick={() => selecting.redo()}>
          <Icon name="redo" />
        </button>
        <button type="button" class="bare" id="clear-selection" aria-label="Clear the selection" title="Clear the selection"
          disabled={!some} onClick={() => selecting.clear()}>
          <Icon name="close" />
        </button>
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
