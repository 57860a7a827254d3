/** What of the page is open: the panel on the left and its tab, the details on the right, the drawer at the foot. */

import { computed, effect, signal } from "@preact/signals";
import type { Tool } from "./map_port";

/** Below this width panels become sheets; the style sheets have the same number. */
export const NARROW = 720;

/** The tab of what a search found. */
export const MATCHES = "matches";

export type Layout = ReturnType<typeof createLayout>;

export function createLayout(width: number) {
  const windowWidth = signal(width);
  const windowHeight = signal(window.innerHeight);
  return {
    windowWidth,
    windowHeight,
    narrow: computed(() => windowWidth.value < NARROW),
    /** On a narrow screen the map comes first, and the search. */
    leftOpen: signal(width >= NARROW),
    tab: signal(""),
    tool: signal<Tool>("move"),
    rightOpen: signal(false),
    drawerOpen: signal(false),
  };
}

export function followWindow(layout: Layout): void {
  window.addEventListener("resize", () => {
    layout.windowWidth.value = window.innerWidth;
    layout.windowHeight.value = window.innerHeight;
  });
  let before = layout.narrow.peek();
  effect(() => {
    const narrow = layout.narrow.value;
    if (narrow !== before) layout.leftOpen.value = !narrow;
    before = narrow;
  });
}

/** A search brings its matches to the front, and gives back the tab that was there when it ends. */
export function followSearch(layout: Layout, searching: () => boolean): void {
  let before = layout.tab.peek();
  effect(() => {
    const { tab } = layout;
    if (searching()) {
      if (tab.peek() !== MATCHES) before = tab.peek();
      tab.value = MATCHES;
    } else if (tab.peek() === MATCHES) tab.value = before;
  });
}
