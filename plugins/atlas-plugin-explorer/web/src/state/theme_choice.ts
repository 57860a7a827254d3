/** Light or dark: as the system has it, until the reader chooses. */

import { effect } from "@preact/signals";
import type { Store, ThemeChoice } from "./store";

const KEY = "localatlas-theme";

export function followTheme(store: Store): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  store.systemDark.value = system.matches;
  system.addEventListener("change", () => (store.systemDark.value = system.matches));
  store.theme.value = remembered();
  effect(() => {
    document.documentElement.dataset.theme = store.dark.value ? "dark" : "light";
    remember(store.theme.value);
  });
}

/** Storage may be forbidden, in private windows and in frames; the page works without. */
function remembered(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}

function remember(choice: ThemeChoice): void {
  try {
    if (choice === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Nothing is lost but the choice.
  }
}
