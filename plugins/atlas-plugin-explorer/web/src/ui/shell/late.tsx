/**
 * Parts of the page that come after the first picture, so that nothing is waited for that it does not need. They come
 * together and without being asked for: what is opened later is there, also when the server has gone away.
 */

import { effect, signal } from "@preact/signals";
import { LATE } from "#late";
import type { ComponentType, JSX } from "preact";
import type { Store } from "../../state/store";
import type { Props } from "../app";

type Parts = typeof import("../parts");

const parts = signal<Parts | null>(null);
/** Whether they were asked for and did not come. */
export const partsMissing = signal(false);
let asked = false;

/** Ask for the parts when the first picture is seen (or there is none yet), and again when a server that went away is back. */
export function bringParts(store: Store): void {
  effect(() => {
    const wanted = store.drawn.value || store.status.value.kind === "waiting";
    if (asked || !wanted || store.link.value === "gone") return;
    asked = true;
    // The module for saving pictures is wanted by no part, and is fetched here only to be there.
    void Promise.all([LATE.parts(), LATE.picture()]).then(
      ([come]) => {
        parts.value = come;
        partsMissing.value = false;
      },
      () => {
        asked = false;
        partsMissing.value = true;
      },
    );
  });
}

/** Return a component that shows nothing until its part is there. */
export function late(name: keyof Parts): ComponentType<Props> {
  return function Late({ explorer }: Props): JSX.Element | null {
    const Part = parts.value?.[name];
    return Part === undefined ? null : <Part explorer={explorer} />;
  };
}
