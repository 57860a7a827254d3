/** The drawer at the foot: the selection as a table or as cards, and what can be done with it. */

import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { CardGrid } from "./card_grid";
import { ColumnsMenu } from "./columns_menu";
import { CopyButtons } from "./copy_buttons";
import { DrawerEdge } from "./drawer_edge";
import { Table } from "./table";

export function Drawer({ explorer }: Props): JSX.Element {
  const { listing, blocks } = explorer.looking;
  const [as, setAs] = useState<"table" | "cards">(explorer.store.can.peek().images ? "cards" : "table");
  useEffect(() => listing.want(), []);
  const order = listing.order.value;
  const trouble = listing.trouble.value ?? blocks.trouble.value;
  return (
    <section id="drawer" class="drawer" aria-label="Rows">
      <DrawerEdge explorer={explorer} />
      <header class="drawer-head">
        <h2>{order === null ? "Rows" : titleOf(order.length, explorer.selecting.bits.value !== null)}</h2>
        <div class="segments" role="group" aria-label="Shown as">
          {(["table", "cards"] as const).map((one) => (
            <button key={one} type="button" id={`as-${one}`} aria-pressed={as === one} onClick={() => setAs(one)}>
              {one === "table" ? "Table" : "Cards"}
            </button>
          ))}
        </div>
        {as === "table" && <ColumnsMenu explorer={explorer} />}
        <CopyButtons explorer={explorer} />
        <IconButton icon="close" name="Close" id="drawer-close" onClick={() => (explorer.layout.drawerOpen.value = false)} />
      </header>
      {trouble !== null && <p class="status trouble" role="alert">{trouble}</p>}
      {order === null && trouble === null && <p class="status">Reading…</p>}
      {order?.length === 0 && <p class="drawer-empty">No row is selected. Loosen a condition, or undo the last one.</p>}
      {order !== null && order.length > 0 && (as === "table" ? <Table explorer={explorer} order={order} /> : <CardGrid explorer={explorer} order={order} />)}
    </section>
  );
}

function titleOf(count: number, some: boolean): string {
  return `${formatCount(count)} ${some ? "selected " : ""}${count === 1 ? "row" : "rows"}`;
}
