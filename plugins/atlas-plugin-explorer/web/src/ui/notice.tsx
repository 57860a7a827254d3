/** What the page says when there is no map to see: it comes, it is empty, or it failed, and what to do then. */

import type { JSX } from "preact";
import { formatCount } from "../color/ticks";
import type { Store } from "../state/store";

export function Notice({ store }: { readonly store: Store }): JSX.Element | null {
  const status = store.status.value;
  if (status.kind === "failed") {
    return (
      <main class="notice" aria-live="assertive">
        <h1>The map cannot be shown</h1>
        <p>{status.message}</p>
        <button type="button" class="plain" onClick={() => location.reload()}>Try again</button>
      </main>
    );
  }
  if (status.kind === "empty") {
    const rows = store.index.value?.rows ?? 0;
    return (
      <main class="notice">
        <h1>No row has a place on this map</h1>
        <p>
          {rows === 0
            ? "The dataset has no rows. Add some with add_data, then call create_index again."
            : `The mapped field is empty in all ${formatCount(rows)} rows. Choose another one: create_index(indexed_field=…).`}
        </p>
      </main>
    );
  }
  const total = store.index.value?.points ?? 0;
  const loaded = store.loaded.value;
  if (status.kind === "ready" && loaded >= total) return null;
  return (
    <div class="progress" role="status">
      <progress max={1} value={total === 0 ? undefined : loaded / total} aria-label="Loading the map" />
      {loaded === 0 && <span class="progress-text">Loading the map…</span>}
    </div>
  );
}
