/** Fetches what panels of other plugins and a notebook need, once the map is there and only if there is one of them. */

import { effect } from "@preact/signals";
import { LATE } from "#late";
import type { Explorer } from "../state/explorer";
import type { PageApi } from "./page_api";

/** Ask for panels as soon as the map is there and the server says that there are some. */
export function bringPanels(explorer: Explorer): void {
  const { store } = explorer;
  let asked = false;
  effect(() => {
    if (asked || store.status.value.kind !== "ready" || (store.mapState.value?.panels ?? 0) === 0) return;
    asked = true;
    void LATE.panels().then((part) => part.load(explorer));
  });
}

/** Hand the API over as soon as the map is there. */
export function whenReady(explorer: Explorer, tell: (api: PageApi) => void): void {
  const stop = effect(() => {
    if (explorer.store.status.value.kind !== "ready") return;
    queueMicrotask(() => {
      stop();
      void LATE.pageApi().then((part) => tell(part.createPageApi(explorer)));
    });
  });
}
