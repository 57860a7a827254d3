/** The colour of a topic beside its name. */

import { toCss, toRgb } from "../../color/oklch";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../../color/topic_hues";
import type { Store } from "../../state/store";

/** Return a function from topic ids to colours, in the light or the dark; read in a component, it follows both. */
export function useTopicColor(store: Store): (id: number) => string {
  const topics = store.topics.value;
  const dark = store.dark.value;
  let known = made.get(topics);
  if (known?.dark !== dark) {
    const colors = topicColors(topics, dark ? DARK_TONES : LIGHT_TONES);
    known = { dark, css: new Map(topics.map((topic, place) => [topic.id, toCss(toRgb(colors[place]))])) };
    made.set(topics, known);
  }
  const { css } = known;
  return (id) => css.get(id) ?? "transparent";
}

const made = new WeakMap<object, { readonly dark: boolean; readonly css: ReadonlyMap<number, string> }>();
