/** A line above the map when what is behind it has changed: a newer version, or a server that does not answer. */

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Store } from "../../state/store";
import { partsMissing } from "../shell/late";

export function Banner({ store }: { readonly store: Store }): JSX.Element | null {
  const [later, setLater] = useState<string | null>(null);
  const link = store.link.value;
  if (link === "gone") {
    return (
      <Line state="gone">
        The map's server does not answer: search and rows wait for it. Start it with <code>localatlas open</code>.
      </Line>
    );
  }
  if (link === "refused") {
    return (
      <Line state="refused">
        The map's server was started anew, and does not know this window. Open the link that it printed.
      </Line>
    );
  }
  if (partsMissing.value) {
    return (
      <Line state="incomplete">
        Parts of this page could not be fetched.
        <button type="button" class="plain" onClick={() => location.reload()}>Load it again</button>
      </Line>
    );
  }
  const newest = store.mapState.value?.fingerprint ?? null;
  if (!store.updated.value || newest === later) return null;
  return (
    <Line state="updated">
      There is a newer version of this map.
      <button type="button" class="plain" onClick={() => location.reload()}>Show it</button>
      <button type="button" class="plain quiet" onClick={() => setLater(newest)}>Later</button>
    </Line>
  );
}

function Line({ state, children }: { readonly state: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="banner" role={state === "updated" ? "status" : "alert"} data-state={state}>
      <p>{children}</p>
    </div>
  );
}
