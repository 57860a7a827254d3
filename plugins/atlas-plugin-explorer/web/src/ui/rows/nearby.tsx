/** The rows nearest to the open one; a click walks on, a button selects them. */

import type { JSX } from "preact";
import type { Row } from "../../api/format";
import type { Reading } from "../../state/reader";
import type { Props } from "../app";
import { RowList } from "./row_list";

/** So many of the nearest rows a button selects, the row itself among them. */
const SELECTED = 50;

interface NearbyProps extends Props {
  readonly reading: Reading;
  readonly id: Row["id"];
}

export function Nearby({ explorer, reading, id }: NearbyProps): JSX.Element | null {
  const { near, nearTrouble } = reading;
  if (explorer.store.can.value.neighbors === false) return null;
  return (
    <section class="detail-part" aria-label="Nearest rows" aria-busy={near === null && nearTrouble === null}>
      <div class="part-head">
        <h3>Nearest</h3>
        {id !== null && (
          <button type="button" id="select-near" class="link" onClick={() =>
            explorer.selecting.replace("neighbors", { type: "neighbors", id, k: SELECTED })}>
            Select the {SELECTED} nearest
          </button>
        )}
      </div>
      {nearTrouble !== null && <p class="status">{nearTrouble}</p>}
      {near === null && nearTrouble === null && <p class="status">Looking…</p>}
      {near !== null && near.rows.length === 0 && <p class="status">This row has no neighbours: it has no vector, or is the only one.</p>}
      {near !== null && near.rows.length > 0 && (
        <RowList explorer={explorer} rows={near.rows} name="Nearest rows" note={(place) => closeness(near.similarities[place], near.metric)}
          {...(near.metric === "cosine" ? { share: (place: number) => Math.max(near.similarities[place], 0) } : {})} />
      )}
    </section>
  );
}

function closeness(similarity: number, metric: "cosine" | "euclidean"): string {
  return metric === "cosine" ? similarity.toFixed(2) : new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(-similarity);
}
