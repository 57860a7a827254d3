/** Copies the selection, or its ids, and says what became of it. */

import type { JSX } from "preact";
import { exportingOf } from "../../state/exporting";
import type { Props } from "../app";
import { Outcome } from "../look/outcome";

export function CopyButtons({ explorer }: Props): JSX.Element {
  const { listing, columns } = explorer.looking;
  const exporting = exportingOf(explorer);
  const order = listing.order.value;
  return (
    <div class="copy-buttons">
      <Outcome exporting={exporting} />
      {explorer.store.can.value.export && (
        <button type="button" id="copy-ids" class="plain small" disabled={order === null || order.length === 0} onClick={() => void exporting.copyIds()}>
          Copy ids
        </button>
      )}
      <button type="button" id="copy-rows" class="plain small" title="As spreadsheets take them, with the columns that are shown"
        disabled={order === null || order.length === 0}
        onClick={() => order !== null && void exporting.copyRows(order, columns.shown.peek().map((one) => one.place))}>
        Copy rows
      </button>
    </div>
  );
}
