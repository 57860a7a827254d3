/** Gives the points their colours: works them out when the choice changes, and says why when that fails. */

import { effect } from "@preact/signals";
import type { Client } from "../api/client";
import type { IndexFile } from "../api/format";
import type { MapPort } from "./map_port";
import type { ColorSource } from "./colors";
import type { ColorChoice, Store } from "./store";

/** Milliseconds after which points are shown without their colours. */
const LONGEST_GREY = 350;
/** Milliseconds until colours that a server did not bring are asked for anew, once it answers again. */
const RETRY = 1_000;

export class Painting {
  /** Points are first shown in their colours, unless those keep one waiting. */
  readonly begun: Promise<void>;
  private begin: () => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly client: Client,
    private readonly colors: ColorSource,
  ) {
    this.begun = new Promise((resolve) => (this.begin = resolve));
  }

  follow(map: Pick<MapPort, "setColors">, index: IndexFile): void {
    const { store, client } = this;
    setTimeout(this.begin, LONGEST_GREY);
    const paint = (): void => void this.paint(map, index, store.colorChoice.value, store.dark.value);
    effect(paint);
    effect(() => {
      if (!client.lost.value && store.colorTrouble.peek() !== null) setTimeout(paint, RETRY);
    });
  }

  private async paint(map: Pick<MapPort, "setColors">, index: IndexFile, choice: ColorChoice, dark: boolean): Promise<void> {
    const { store } = this;
    // Another choice may be made while this one is loading.
    const wanted = (): boolean => store.colorChoice.peek() === choice && store.dark.peek() === dark;
    try {
      const coloring = await this.colors.coloring(index, choice, dark, (early, known) => {
        // Only the first colours come bit by bit: later ones would take away points that are there.
        if (!wanted() || store.coloring.peek() !== null) return;
        map.setColors({ ...early.colors, known });
        this.begin();
      });
      if (!wanted()) return;
      store.coloring.value = coloring;
      store.colorTrouble.value = null;
      map.setColors(coloring.colors);
      this.begin();
    } catch (error) {
      if (wanted()) this.failed(index, choice, error);
    }
  }

  private failed(index: IndexFile, choice: ColorChoice, error: unknown): void {
    const { store } = this;
    store.colorTrouble.value = error instanceof Error ? error.message : String(error);
    // An address may name a column that this map does not have. What is chosen first is not tried again at once: a page
    // that is being left has its requests refused before they are sent, and would ask for ever without a pause.
    const first = firstChoice(index);
    if (store.coloring.peek() === null && JSON.stringify(choice) !== JSON.stringify(first)) store.colorChoice.value = first;
  }
}

export function firstChoice(index: IndexFile): ColorChoice {
  return index.topics === null || index.topics.depths.length === 0 ? { by: "nothing" } : { by: "topics", depth: 1 };
}
