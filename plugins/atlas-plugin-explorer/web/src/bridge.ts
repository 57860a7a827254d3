/** Stands in for the server in a notebook: what the page asks goes to the frame's parent, which hands it to Python. */

import type { Answer, Ask, Transport } from "./api/transport";
import { nameWorker } from "./inline_worker";
import type { FromPage, ToPage } from "./notebook/messages";
import type { PageApi } from "./panels/page_api";

const waiting = new Map<string, (answer: Answer) => void>();
// Several views may show one map, and all hear all answers.
const own = crypto.getRandomValues(new Uint32Array(2)).join("-");
let last = 0;

function say(message: FromPage): void {
  parent.postMessage(message, "*");
}

function ask(path: string, { method = "GET", body, type, signal }: Ask = {}): Promise<Answer> {
  const id = `${own}-${++last}`;
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : (body ?? null);
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => (waiting.delete(id), reject(signal.reason as Error)));
    waiting.set(id, resolve);
    say({ kind: "ask", id, path, method, type: bytes === null ? null : (type ?? "application/json"), body: bytes });
  });
}

const transport: Transport = { live: true, request: ask, address: () => null };

/** The page calls it when the map is there. Python's selection comes first, then what is done in the page counts. */
function ready(api: PageApi): void {
  let begun = false;
  window.addEventListener("message", ({ source, data }: MessageEvent<ToPage>) => {
    if (source !== parent || data.kind !== "select") return;
    if (JSON.stringify(data.node) !== JSON.stringify(api.selection())) api.select(data.node);
    if (begun) return;
    begun = true;
    api.on("selection", ({ node, count }) => say({ kind: "selected", node, count }));
    api.on("row", ({ row }) => say({ kind: "row", row }));
  });
  say({ kind: "ready" });
}

window.addEventListener("message", ({ source, data }: MessageEvent<ToPage>) => {
  if (source !== parent || data.kind !== "answer") return;
  const { id, status, headers, body } = data;
  waiting.get(id)?.({ status, header: (name) => headers[name.toLowerCase()] ?? null, body });
  waiting.delete(id);
});

Object.assign(globalThis, { atlasTransport: transport, atlasReady: ready });
nameWorker();
