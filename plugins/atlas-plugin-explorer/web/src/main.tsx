/** Starts the page. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { SERVER } from "./api/transport";
import { Explorer } from "./state/explorer";
import { createStore } from "./state/store";
import { followTheme } from "./state/theme_choice";
import { App } from "./ui/app";

const store = createStore(matchMedia("(width >= 860px)").matches);
const explorer = new Explorer(store, SERVER);
followTheme(store);

effect(() => {
  const index = store.index.value;
  if (index !== null) document.title = `${index.dataset ?? index.map.name} · localatlas`;
});

const root = document.getElementById("app");
if (root !== null) render(<App explorer={explorer} />, root);
void explorer.open();
