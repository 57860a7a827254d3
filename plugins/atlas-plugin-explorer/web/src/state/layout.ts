/** What of the page is open: the panel on the left and its tab, the details on the right, the drawer at the foot. */

import { computed, effect, signal } from "@preact/signals";

/** Below this width panels become sheets; the style sheets have the same number. */
export const NARROW = 720;

export type Layout = ReturnType<typeof createLayout>;

export function createLayout(width: number) {
  const windowWidth = signal(width);
  return {
    windowWidth,
    narrow: computed(() => windowWidth.value < NARROW),
    /** On a narrow screen the map comes first, and the search. */
    leftOpen: signal(width >= NARROW),
    tab: signal("topics"),
    rightOpen: signal(false),
    drawerOpen: signal(false),
  };
}

export function followWindow(layout: Layout): void {
  window.addEventListener("resize", () => (layout.windowWidth.value = window.innerWidth));
  let before = layout.narrow.peek();
  effect(() => {
    const narrow = layout.narrow.value;
    if (narrow !== before) layout.leftOpen.value = !narrow;
    before = narrow;
  });
}
