/** Stands in for the server in a copy of the page: `copy.html` runs it before the page itself. */

import { nameWorker } from "./inline_worker";
import { FolderCarrier, InlineCarrier } from "./offline/carrier";
import { Copy } from "./offline/copy";
import { offlineTransport } from "./offline/transport";

const inline = document.documentElement.dataset.carrier === "inline";
const copy = new Copy(inline ? new InlineCarrier() : new FolderCarrier());
Object.assign(globalThis, { atlasTransport: offlineTransport(copy) });
nameWorker();
