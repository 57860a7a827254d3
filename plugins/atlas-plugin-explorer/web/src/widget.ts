/** The notebook's side of the map: a frame with the page, and a way between it and Python (anywidget). */

import type { FromPage, ToPage } from "./notebook/messages";
import type { SelectionNode } from "./selection/nodes";

/** What anywidget gives: https://anywidget.dev/en/afm/. */
interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: (ArrayBuffer | ArrayBufferView)[]): void;
  on(event: string, listener: (...heard: never[]) => void): void;
  off(event: string, listener: (...heard: never[]) => void): void;
}

interface Heard {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

function render({ model, el }: { readonly model: Model; readonly el: HTMLElement }): () => void {
  const frame = document.createElement("iframe");
  // An origin of its own: whatever is in the rows, and whatever becomes of the page, the notebook's own page is out of its reach.
  frame.setAttribute("sandbox", "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox");
  frame.allow = "clipboard-write";
  frame.srcdoc = String(model.get("_page"));
  frame.title = "Map";
  Object.assign(frame.style, { width: "100%", height: `${String(model.get("height"))}px`, border: "0", display: "block" });
  const tell = (message: ToPage, transfer: Transferable[] = []): void => frame.contentWindow?.postMessage(message, "*", transfer);
  let shown = "null";
  const select = (): void => tell({ kind: "select", node: model.get("selection") as SelectionNode | null });
  const changed = (): void => {
    // What the page has just said itself is a change too.
    if (JSON.stringify(model.get("selection")) !== shown) select();
  };
  const hear = ({ source, data }: MessageEvent<FromPage>): void => {
    if (source !== frame.contentWindow) return;
    if (data.kind === "ask") model.send({ ...data, body: undefined }, undefined, data.body === null ? [] : [data.body]);
    else if (data.kind === "ready") select();
    else {
      if (data.kind === "selected") {
        shown = JSON.stringify(data.node);
        model.set("selection", data.node);
        model.set("count", data.count);
      } else model.set("row", data.row);
      model.save_changes();
    }
  };
  const answer = ({ id, status, headers }: Heard, buffers: readonly DataView[]): void => {
    const body = bytesOf(buffers[0]);
    tell({ kind: "answer", id, status, headers, body }, [body]);
  };
  const resize = (): string => (frame.style.height = `${String(model.get("height"))}px`);
  const listeners = { "msg:custom": answer, "change:selection": changed, "change:height": resize };
  window.addEventListener("message", hear);
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  el.append(frame);
  return () => {
    window.removeEventListener("message", hear);
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    frame.remove();
  };
}

/** A copy: the same bytes may be for other views too. */
function bytesOf(view: DataView | undefined): ArrayBuffer {
  if (view === undefined) return new ArrayBuffer(0);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer as ArrayBuffer;
}

export default { render };
