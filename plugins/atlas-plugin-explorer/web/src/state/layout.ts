/** What of the page is open: the panel on the left and its tab, the details on the right, the drawer at the foot. */

import { computed, effect, signal } from "@preact/signals";
import type { Insets } from "../map/view";
import type { Tool } from "./map_port";

/** Below this width panels become sheets; the style sheets have the same number. */
export const NARROW = 720;

/** The part of a narrow window's height that a sheet takes. */
const SHEET = 0.62;

/** The tab of what a search found. */
export const MATCHES = "matches";

/** How the legend was left; null while nobody has opened or folded it. */
export type LegendFold = "open" | "folded";

export type Layout = ReturnType<typeof createLayout>;

export function createLayout(width: number) {
  const windowWidth = signal(width);
  const windowHeight = signal(window.innerHeight);
  const narrow = computed(() => windowWidth.value < NARROW);
  /** On a narrow screen the map comes first, and the search. */
  const [leftOpen, rightOpen, drawerOpen] = [signal(width >= NARROW), signal(false), signal(false)];
  /** How far panels reach into the window from each side; the style sheets have the same numbers. */
  const covered = (drawerHeight: number): Insets => {
    if (narrow.value) {
      const sheet = rightOpen.value || drawerOpen.value ? SHEET * windowHeight.value : 0;
      return { top: 132, right: 22, bottom: Math.max(74, sheet + 16), left: 22 };
    }
    const drawer = drawerOpen.value ? drawerHeight + 24 : 0;
    return { top: 28, right: rightOpen.value ? 448 : 76, bottom: Math.max(28, drawer), left: leftOpen.value ? 356 : 28 };
  };
  return {
    windowWidth, windowHeight, narrow, leftOpen, rightOpen, drawerOpen, covered,
    tab: signal(""), tool: signal<Tool>("move"), legend: signal<LegendFold | null>(null),
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
