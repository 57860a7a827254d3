/** How many of the selection are in each topic, where the page has the topics of the points. */

import { useEffect, useMemo } from "preact/hooks";
import type { Explorer } from "../../state/explorer";

/** Above so many points the tree keeps to the sizes of the topics. */
const MOST_POINTS = 3_000_000;

/** Return a function from a topic's place to its count; null without a selection, or while the topics come. */
export function useTopicCounts(explorer: Explorer): ((place: number) => number) | null {
  const { pages, selecting, store } = explorer;
  const index = store.index.value;
  const bits = selecting.bits.value;
  const mask = explorer.looking.counted.value;
  const wanted = bits !== null && index !== null && index.topics !== null && index.points <= MOST_POINTS;
  useEffect(() => {
    const entry = index?.topics;
    if (!wanted || entry == null) return;
    for (const { files } of entry.depths) void pages.load(files, entry.encoding).catch(() => undefined);
  }, [wanted, index]);
  const arrived = pages.arrived.value;
  const counts = useMemo(() => (wanted && mask !== null ? countTopics(explorer, mask.shown) : null), [wanted, mask, arrived]);
  return counts === null ? null : (place) => counts[place];
}

function countTopics({ pages, store }: Explorer, shown: Uint8Array): Uint32Array | null {
  const counts = new Uint32Array(store.topics.peek().length);
  for (const { files } of store.index.peek()?.topics?.depths ?? []) {
    const places = pages.peek(files);
    if (places === null) return null;
    // `none` lies beyond the list, where nothing is counted.
    for (let i = 0; i < places.length; i++) if (shown[i] === 1 && places[i] < counts.length) counts[places[i]]++;
  }
  return counts;
}
