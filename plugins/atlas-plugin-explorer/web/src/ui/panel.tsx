/** The panel beside the map: what it is, search, colours. */

import type { JSX } from "preact";
import { formatCount } from "../color/ticks";
import type { Store } from "../state/store";
import type { Props } from "./app";
import { ColorBox } from "./color_box";
import { Icon } from "./icons";
import { Hits } from "./hits";
import { SearchBox } from "./search_box";

export function Panel({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const open = store.panelOpen.value;
  return (
    <aside class={open ? "panel" : "panel folded"} aria-label="Search and colours">
      <header class="panel-head">
        <div>
          <h1 title={titleOf(store)}>{titleOf(store)}</h1>
          <Facts store={store} />
        </div>
        <button type="button" class="fold" aria-expanded={open} aria-controls="panel-body"
          aria-label={open ? "Hide colours" : "Show colours"} onClick={() => (store.panelOpen.value = !open)}>
          <Icon name="chevron" />
        </button>
      </header>
      <SearchBox store={store} />
      <Hits explorer={explorer} />
      <div id="panel-body" class="panel-body">
        <ColorBox explorer={explorer} />
      </div>
    </aside>
  );
}

function titleOf(store: Store): string {
  const index = store.index.value;
  return index?.dataset?.split("/").at(-1) ?? index?.map.name ?? "";
}

function Facts({ store }: { readonly store: Store }): JSX.Element | null {
  const index = store.index.value;
  if (index === null) return null;
  const parts: string[] = [];
  const depths = index.topics?.depths ?? [];
  if (depths.length > 0) parts.push(`${depths.map((one) => formatCount(one.topics)).join(" / ")} topics`);
  const copies = index.duplicates?.counts["deletion candidate"] ?? 0;
  if (copies > 0) parts.push(`${formatCount(copies)} duplicates`);
  return (
    <p class="facts">
      {formatCount(index.points)} points
      {parts.length > 0 && <span class="more-facts"> · {parts.join(" · ")}</span>}
    </p>
  );
}
