/** Stands in for the server in a copy of the page: `copy.html` runs it before the page itself. */

import { FolderCarrier, InlineCarrier } from "./offline/carrier";
import { Copy } from "./offline/copy";
import { offlineTransport } from "./offline/transport";

const inline = document.documentElement.dataset.carrier === "inline";
const copy = new Copy(inline ? new InlineCarrier() : new FolderCarrier());
Object.assign(globalThis, { atlasTransport: offlineTransport(copy) });

// The worker that draws is text in the page too: a file beside it could not be read.
const worker = document.getElementById("worker");
if (worker !== null) {
  // Not a blob: Chromium starts no module worker from one in a page that came from a file.
  const address = `data:text/javascript,${encodeURIComponent(worker.textContent ?? "")}`;
  document.querySelector("meta[name=atlas-worker]")?.setAttribute("content", address);
}
