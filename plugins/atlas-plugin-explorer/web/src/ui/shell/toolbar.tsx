/** What the map is told: zoom, home, how it looks, light and dark. */

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Props } from "../app";
import { Icon } from "../icons";
import { Popover } from "./popover";
import { TimeButton } from "../time/time_button";
import { EXPORT, LOOK } from "./slots";

const STEP = 1.8;

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
      <button type="button" id="zoom-in" aria-label="Zoom in" title="Zoom in (+)" onClick={() => explorer.zoom(STEP)}>
        <Icon name="plus" />
      </button>
      <button type="button" id="zoom-out" aria-label="Zoom out" title="Zoom out (−)" onClick={() => explorer.zoom(1 / STEP)}>
        <Icon name="minus" />
      </button>
      {!explorer.layout.narrow.value && <HomeButton explorer={explorer} />}
    </div>
  );
}

function HomeButton({ explorer }: Props): JSX.Element {
  return (
    <button type="button" id="home" aria-label="Show the whole map" title="Show the whole map (0)"
      class={explorer.store.atHome.value ? "quiet" : ""} onClick={() => explorer.goHome()}>
      <Icon name="home" />
    </button>
  );
}

/** On a phone the map comes first: the other buttons wait behind one. */
function MoreButton({ open, turn }: { readonly open: boolean; readonly turn: () => void }): JSX.Element {
  const name = open ? "Fewer tools" : "More tools";
  return (
    <button type="button" id="more-tools" aria-label={name} title={name} aria-expanded={open} onClick={turn}>
      <Icon name={open ? "close" : "more"} />
    </button>
  );
}

/** What a drag does. */
function Tools({ explorer }: Props): JSX.Element {
  const { tool } = explorer.layout;
  return (
    <div class="stack" role="group" aria-label="What a drag does">
      <button type="button" id="tool-move" aria-label="Move" title="Drag moves the map (M)" aria-pressed={tool.value === "move"}
        onClick={() => (tool.value = "move")}>
        <Icon name="hand" />
      </button>
      <button type="button" id="tool-lasso" aria-label="Lasso" aria-pressed={tool.value === "lasso"}
        title={"Drag draws a lasso (L, or hold Shift)\nwith Ctrl it widens the selection, with Alt it leaves out\nby keys: arrows move a cross, Enter sets corners, Enter once more closes"}
        onClick={() => (tool.value = "lasso")}>
        <Icon name="lasso" />
      </button>
    </div>
  );
}

function ThemeButton({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const dark = store.dark.value;
  const name = dark ? "Light colours" : "Dark colours";
  return (
    <button type="button" id="theme" aria-label={name} title={name} onClick={() => (store.theme.value = dark ? "light" : "dark")}>
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
