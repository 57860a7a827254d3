/** Stands in for the server in a copy of the page: `copy.html` runs it before the page itself. */

import { nameWorker } from "./inline_worker";
import { FolderCarrier, InlineCarrier } from "./offline/carrier";
import { Copy } from "./offline/copy";
import { readAhead } from "./offline/select";
import { offlineTransport } from "./offline/transport";
import { idle } from "./turns";

const inline = document.documentElement.dataset.carrier === "inline";
const copy = new Copy(inline ? new InlineCarrier() : new FolderCarrier());
Object.assign(globalThis, { atlasTransport: offlineTransport(copy) });
nameWorker();
// What lies in the file itself is unpacked before someone searches it; what would have to be sent is not.
if (inline) window.addEventListener("load", () => void idle().then(() => readAhead(copy)).catch(() => undefined));
