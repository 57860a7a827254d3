/** Fetches what draws small pictures, on image maps alone. */

import { LATE } from "#late";
import type { Client } from "../api/client";
import type { ImagesEntry, IndexFile } from "../api/format";
import type { Stage } from "./stage";

/** Points are dots without them, and until they are there. */
export async function bringThumbnails(
  stage: Stage, client: Client, index: IndexFile, entry: ImagesEntry, calm: () => boolean,
): Promise<void> {
  const part = await LATE.thumbnails().catch(() => null);
  if (part !== null) stage.setThumbnails(part.thumbnailsOf(client, index, entry, calm));
}
