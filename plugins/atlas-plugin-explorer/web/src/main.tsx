/** Starts the page. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { Client } from "./api/client";
import { serverTransport, type Transport } from "./api/transport";
import type { PageApi } from "./panels/page_api";
import { bringPanels, whenReady } from "./panels/bring";
import { Explorer } from "./state/explorer";
import { followWindow } from "./state/layout";
import { createStore } from "./state/store";
import { followTheme } from "./state/theme_choice";
import { Watch } from "./state/watch";
import { App } from "./ui/app";
import { bringParts } from "./ui/shell/late";

const store = createStore();
/** A copy of the page, and a notebook, bring a transport of their own. */
const { atlasTransport, atlasReady } = globalThis as { atlasTransport?: Transport; atlasReady?: (api: PageApi) => void };
const client = new Client(atlasTransport ?? serverTransport());
const explorer = new Explorer(store, client);
followTheme(store);
bringParts(store);
bringPanels(explorer);
if (atlasReady !== undefined) whenReady(explorer, atlasReady);
followWindow(explorer.layout);

effect(() => {
  const index = store.index.value;
  if (index !== null) document.title = `${index.dataset ?? index.map.name} · localatlas`;
});

const root = document.getElementById("app");
if (root !== null) render(<App explorer={explorer} />, root);
// The server says so in the page: to ask for a map that is not there yet would be an error in the console.
if ("waiting" in document.documentElement.dataset) store.status.value = { kind: "waiting" };
else void explorer.open();
new Watch(client, store, () => explorer.open()).start();
