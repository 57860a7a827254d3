/** Hands out the selection as a file and the picture as it is. */

import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import { exportingOf, type FileFormat } from "../../state/exporting";
import type { Props } from "../app";
import { Outcome } from "./outcome";

const FILES: readonly { readonly format: FileFormat; readonly name: string }[] = [
  { format: "csv", name: "CSV" },
  { format: "parquet", name: "Parquet" },
  { format: "ids", name: "Ids" },
];
const PICTURE_RATIO = 2;

export function ExportMenu({ explorer }: Props): JSX.Element {
  const exporting = exportingOf(explorer);
  const { can, index } = explorer.store;
  const selected = explorer.selecting.count.value;
  const whole = explorer.selecting.bits.value === null;
  const working = exporting.outcome.value.kind === "working";
  const rows = whole ? `All ${formatCount(index.value?.rows ?? 0)} rows` : selected === null ? "The selection" : `${formatCount(selected)} selected rows`;
  return (
    <div class="menu">
      {can.value.export ? (
        <section aria-label="Rows">
          <h2>{rows}</h2>
          <div class="menu-buttons">
            {FILES.map(({ format, name }) => (
              <button key={format} type="button" id={`export-${format}`} class="plain" disabled={working} onClick={() => void exporting.file(format)}>{name}</button>
            ))}
          </div>
        </section>
      ) : <p class="status">Rows are exported by a map that is open on a server: localatlas open.</p>}
      <section aria-label="Picture">
        <h2>Picture of the map</h2>
        <div class="menu-buttons">
          {(["png", "svg"] as const).map((format) => (
            <button key={format} type="button" id={`export-${format}`} class="plain" disabled={working}
              onClick={() => void exporting.picture(format, PICTURE_RATIO)}>{format.toUpperCase()}</button>
          ))}
        </div>
      </section>
      <Outcome exporting={exporting} />
    </div>
  );
}
