/** Live search: waits for a pause in typing, drops answers that come too late. */

import { effect } from "@preact/signals";
import type { Client, SearchQuery } from "../api/client";
import { unpackBits } from "./mask";
import type { RowSource } from "./rows";
import type { Store } from "./store";

const PAUSE = 160;
/** How many of the first matches are listed. */
const LISTED = 40;

/** Search whenever the query changes; `matched` gets one byte a point, or null when nothing is searched. */
export function searchLive(client: Client, store: Store, rows: RowSource, matched: (marks: Uint8Array | null) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current = new AbortController();
  effect(() => {
    const query = store.query.value;
    const points = store.index.value?.points;
    if (points === undefined) return;
    clearTimeout(timer);
    current.abort();
    if (query.text === "") {
      store.search.value = { kind: "none" };
      matched(null);
      return;
    }
    const controller = new AbortController();
    current = controller;
    timer = setTimeout(() => void find(client, store, rows, query, points, controller.signal, matched), PAUSE);
  });
}

async function find(
  client: Client,
  store: Store,
  rows: RowSource,
  query: SearchQuery,
  points: number,
  signal: AbortSignal,
  matched: (marks: Uint8Array | null) => void,
): Promise<void> {
  if (store.search.peek().kind !== "found") store.search.value = { kind: "pending" };
  try {
    const answer = await client.search(query, signal);
    matched(unpackBits(answer.bytes, points));
    const first = answer.rows.slice(0, LISTED);
    const hits = first.length === 0 ? [] : (await client.rows(first, signal)).rows;
    hits.forEach((row) => rows.keep(row));
    store.search.value = { kind: "found", count: answer.count, hits };
  } catch (error) {
    if (signal.aborted) return;
    matched(null);
    store.search.value = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}
