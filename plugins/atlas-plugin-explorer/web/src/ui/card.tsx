/** The card of a point: its text, its topics, its other fields. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Row, Topic } from "../api/format";
import { toCss, toRgb } from "../color/oklch";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../color/topic_hues";
import type { CardState, Store } from "../state/store";
import type { Props } from "./app";
import { placeCard } from "./card_place";
import { cellText } from "./cell_text";
import { Icon } from "./icons";
import { cut } from "./find/snippet";

const MOST_TEXT = 420;
const MOST_FIELDS = 7;
const MOST_VALUE = 90;

export function Card({ explorer }: Props): JSX.Element | null {
  const { store } = explorer;
  const box = useRef<HTMLElement>(null);
  const card = store.card.value;
  useLayoutEffect(() => {
    if (box.current !== null && card !== null) placeCard(box.current, card.pixel);
  });
  if (card === null || (card.row === null && card.trouble === undefined)) return null;
  return (
    <article ref={box} id="card" class={card.pinned ? "card pinned" : "card"} data-position={card.position} aria-live="polite">
      {card.pinned && (
        <button type="button" class="bare card-close" aria-label="Close" title="Close (Esc)" onClick={() => explorer.cards.show(-1, false)}>
          <Icon name="close" />
        </button>
      )}
      {card.row === null ? <p class="trouble">{card.trouble}</p> : <Content store={store} card={card} row={card.row} />}
    </article>
  );
}

interface ContentProps {
  readonly store: Store;
  readonly card: CardState;
  readonly row: Row;
}

function Content({ store, card, row }: ContentProps): JSX.Element {
  const names = store.fields.value;
  const textPlace = names.indexOf(store.textField.value ?? "");
  const text = textPlace < 0 ? "" : cellText(row.values[textPlace] ?? null);
  const fields = names
    .map((name, place) => ({ name, place, value: cellText(row.values[place] ?? null) }))
    .filter(({ place, value }) => place !== textPlace && value !== "");
  const verdict = row.duplicate?.verdict ?? "singleton";
  return (
    <>
      <TopicPath store={store} row={row} />
      {text !== "" && <p class="card-text" dir="auto">{cut(text, card.pinned ? 1000 : MOST_TEXT)}</p>}
      {fields.length > 0 && (
        <dl class="card-fields">
          {fields.slice(0, MOST_FIELDS).map(({ name, value }) => (
            <div key={name}>
              <dt>{cut(name, 28)}</dt>
              <dd dir="auto">{cut(value, MOST_VALUE)}</dd>
            </div>
          ))}
        </dl>
      )}
      {verdict !== "singleton" && <p class="card-badge">{VERDICTS[verdict] ?? verdict}</p>}
    </>
  );
}

const VERDICTS: Readonly<Record<string, string>> = {
  "retention candidate": "Has duplicates; this one is kept",
  "deletion candidate": "Duplicate of another row",
};

function TopicPath({ store, row }: { readonly store: Store; readonly row: Row }): JSX.Element | null {
  const topics = store.topics.value;
  const path = (row.topics ?? []).map((id) => topics.find((topic) => topic.id === id)).filter((one) => one !== undefined);
  if (path.length === 0) return null;
  return (
    <p class="card-topics">
      <span class="dot" style={{ background: dotColor(topics, path[0], store.dark.value) }} />
      {path.map((topic, depth) => (
        <span key={topic.id}>{depth > 0 && <span class="arrow" aria-hidden="true"> › </span>}{topic.label}</span>
      ))}
    </p>
  );
}

function dotColor(topics: readonly Topic[], topic: Topic, dark: boolean): string {
  const colors = topicColors(topics, dark ? DARK_TONES : LIGHT_TONES);
  return toCss(toRgb(colors[topics.indexOf(topic)]));
}
