/** What the map is told: zoom, home, how it looks, light and dark. */

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { Popover } from "./popover";
import { TimeButton } from "../time/time_button";
import { EXPORT, LOOK } from "./slots";

const STEP = 1.8;

const LASSO = `Drag draws a lasso (L, or hold Shift)
with Ctrl it widens the selection, with Alt it leaves out
by keys: arrows move a cross, Enter sets corners, Enter once more closes`;

export function Toolbar({ explorer }: Props): JSX.Element {
  const narrow = explorer.layout.narrow.value;
  const [open, setOpen] = useState(false);
  const all = open || !narrow;
  return (
    <div class="controls" role="toolbar" aria-label="View" aria-orientation="vertical">
      {all && <Tools explorer={explorer} />}
      {all && <Zoom explorer={explorer} />}
      {all && (
        <div class="stack">
          <TimeButton explorer={explorer} />
          {LOOK !== null && <Popover id="look" icon="sliders" name="Look"><LOOK explorer={explorer} /></Popover>}
          {EXPORT !== null && <Popover id="export" icon="download" name="Export"><EXPORT explorer={explorer} /></Popover>}
          <ThemeButton explorer={explorer} />
        </div>
      )}
      {narrow && (
        <div class="stack">
          <HomeButton explorer={explorer} />
          <MoreButton open={open} turn={() => setOpen(!open)} />
        </div>
      )}
    </div>
  );
}

function Zoom({ explorer }: Props): JSX.Element {
  return (
    <div class="stack">
      <IconButton icon="plus" name="Zoom in" title="Zoom in (+)" class="tool" id="zoom-in" onClick={() => explorer.zoom(STEP)} />
      <IconButton icon="minus" name="Zoom out" title="Zoom out (−)" class="tool" id="zoom-out" onClick={() => explorer.zoom(1 / STEP)} />
      {!explorer.layout.narrow.value && <HomeButton explorer={explorer} />}
    </div>
  );
}

function HomeButton({ explorer }: Props): JSX.Element {
  return (
    <IconButton icon="home" name="Show the whole map" title="Show the whole map (0)" class={explorer.store.atHome.value ? "tool quiet" : "tool"} id="home"
      onClick={() => explorer.goHome()} />
  );
}

/** On a phone the map comes first: the other buttons wait behind one. */
function MoreButton({ open, turn }: { readonly open: boolean; readonly turn: () => void }): JSX.Element {
  const name = open ? "Fewer tools" : "More tools";
  return (
    <IconButton icon={open ? "close" : "more"} name={name} class="tool" id="more-tools" aria-expanded={open} onClick={turn} />
  );
}

/** What a drag does. */
function Tools({ explorer }: Props): JSX.Element {
  const { tool } = explorer.layout;
  return (
    <div class="stack" role="group" aria-label="What a drag does">
      <IconButton icon="hand" name="Move" title="Drag moves the map (M)" class="tool" id="tool-move" aria-pressed={tool.value === "move"}
        onClick={() => (tool.value = "move")} />
      <IconButton icon="lasso" name="Lasso" title={LASSO} class="tool" id="tool-lasso" aria-pressed={tool.value === "lasso"}
        onClick={() => (tool.value = "lasso")} />
    </div>
  );
}

function ThemeButton({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const dark = store.dark.value;
  const name = dark ? "Light colours" : "Dark colours";
  return (
    <IconButton icon={dark ? "sun" : "moon"} name={name} class="tool" id="theme"
      onClick={() => (store.theme.value = dark ? "light" : "dark")} />
  );
}
