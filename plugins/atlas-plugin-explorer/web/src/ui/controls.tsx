/** Zoom, home, light and dark. */

import type { JSX } from "preact";
import type { Props } from "./app";
import { Icon } from "./icons";

const STEP = 1.8;

export function Controls({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const dark = store.dark.value;
  const themeName = dark ? "Light colours" : "Dark colours";
  return (
    <div class="controls" role="toolbar" aria-label="View" aria-orientation="vertical">
      <button type="button" class="round" id="theme" aria-label={themeName} title={themeName}
        onClick={() => (store.theme.value = dark ? "light" : "dark")}>
        <Icon name={dark ? "sun" : "moon"} />
      </button>
      <div class="stack">
        <button type="button" id="zoom-in" aria-label="Zoom in" title="Zoom in (+)" onClick={() => explorer.zoom(STEP)}>
          <Icon name="plus" />
        </button>
        <button type="button" id="zoom-out" aria-label="Zoom out" title="Zoom out (−)" onClick={() => explorer.zoom(1 / STEP)}>
          <Icon name="minus" />
        </button>
        <button type="button" id="home" aria-label="Show the whole map" title="Show the whole map (0)"
          class={store.atHome.value ? "quiet" : ""} onClick={() => explorer.goHome()}>
          <Icon name="home" />
        </button>
      </div>
    </div>
  );
}
