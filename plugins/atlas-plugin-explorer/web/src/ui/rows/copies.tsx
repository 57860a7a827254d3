/** The group of duplicates that a row belongs to. */

import type { JSX } from "preact";
import type { Row, RowDetail } from "../../api/format";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";
import { RowList } from "./row_list";

interface CopiesProps extends Props {
  readonly duplicate: NonNullable<RowDetail["duplicate"]>;
  readonly copies: readonly Row[];
  readonly row: number;
}

export function Copies({ explorer, duplicate, copies, row }: CopiesProps): JSX.Element {
  const { size, members, verdict } = duplicate;
  const kept = verdict === "retention candidate";
  const more = size - 1 - copies.length;
  return (
    <section class="detail-part" aria-label="Duplicates">
      <div class="part-head">
        <h3>Duplicates</h3>
        <span class="badge">{kept ? "this one is kept" : "a duplicate"}</span>
      </div>
      <RowList explorer={explorer} rows={copies} name="Rows of the same group"
        note={(place) => (copies[place].row === members[0] && row !== members[0] ? "kept" : "")} />
      {copies.length > 0 && more > 0 && <p class="status">and {formatCount(more)} more in the group</p>}
    </section>
  );
}
