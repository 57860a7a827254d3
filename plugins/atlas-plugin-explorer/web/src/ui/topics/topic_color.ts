/** The colour of a topic beside its name. */

import { toCss, toRgb } from "../../color/oklch";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../../color/topic_hues";
import type { Store } from "../../state/store";

/** Return a function from topic ids to colours, in the light or the dark; grey where the points' colours mean something else. */
export function useTopicColor(store: Store): (id: number) => string {
  if (store.colorChoice.value.by !== "topics") return () => "var(--line)";
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
