/** The panel on the left: what the map is, the search, the selection, and tabs. */

import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { Store } from "../../state/store";
import type { Props } from "../app";
import { SearchBox } from "../find/search_box";
import { SelectionBar } from "../find/selection_bar";
import { IconButton } from "../icon_button";
import { Tabs } from "./tabs";

export function LeftPanel({ explorer }: Props): JSX.Element {
  const { store, layout } = explorer;
  const open = layout.leftOpen.value;
  const name = open ? "Hide the panel" : "Show the panel";
  return (
    <aside class={open ? "panel" : "panel folded"} aria-label="Find">
      <header class="panel-head">
        <div>
          <h1 title={titleOf(store)}>{titleOf(store)}</h1>
          <Facts store={store} />
        </div>
        <IconButton icon={layout.narrow.value ? "chevron" : "panel"} name={name} class="bare fold" aria-expanded={open} aria-controls="panel-body"
          onClick={() => (layout.leftOpen.value = !open)} />
      </header>
      <SearchBox explorer={explorer} />
      <div id="panel-body" class="panel-body">
        <SelectionBar explorer={explorer} />
        <Tabs explorer={explorer} />
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
