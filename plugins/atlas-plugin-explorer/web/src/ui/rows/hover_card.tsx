/** The card beside the point that the mouse is on: its picture, its topics, its text, a few of its fields. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Row } from "../../api/format";
import type { Store } from "../../state/store";
import type { Props } from "../app";
import { placeCard } from "../card_place";
import { cellText } from "../cell_text";
import { cut } from "../find/snippet";
import { useTopicColor } from "../topics/topic_color";
import { Picture } from "./picture";

const MOST_TEXT = 320;
const MOST_FIELDS = 6;
const MOST_VALUE = 80;

export function HoverCard({ explorer }: Props): JSX.Element | null {
  const { store } = explorer;
  const box = useRef<HTMLDivElement>(null);
  const card = store.card.value;
  useLayoutEffect(() => {
    if (box.current !== null && card !== null) placeCard(box.current, card.pixel);
  });
  // What is open on the right says more.
  if (card === null || card.position === explorer.looking.at.value || (card.row === null && card.trouble === undefined)) return null;
  return (
    <div ref={box} id="card" class="card" data-position={card.position} role="tooltip">
      {card.row === null ? <p class="trouble">{card.trouble}</p> : (
        <>
          {store.can.value.images && <Picture explorer={explorer} row={card.row.row} side={320} class="picture-hover" name="" />}
          <Content store={store} row={card.row} />
        </>
      )}
    </div>
  );
}

function Content({ store, row }: { readonly store: Store; readonly row: Row }): JSX.Element {
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
      {text !== "" && <p class="card-text" dir="auto">{cut(text, MOST_TEXT)}</p>}
      {fields.length > 0 && (
        <dl class="card-fields">
          {fields.slice(0, MOST_FIELDS).map(({ name, place, value }) => (
            <div key={place}>
              <dt dir="auto">{cut(name, 28)}</dt>
              <dd dir="auto">{cut(value, MOST_VALUE)}</dd>
            </div>
          ))}
        </dl>
      )}
      {verdict !== "singleton" && <p class="badge">{VERDICTS[verdict] ?? verdict}</p>}
    </>
  );
}

const VERDICTS: Readonly<Record<string, string>> = {
  "retention candidate": "has duplicates; this one is kept",
  "deletion candidate": "duplicate of another row",
};

function TopicPath({ store, row }: { readonly store: Store; readonly row: Row }): JSX.Element | null {
  const colorOf = useTopicColor(store);
  const topics = store.topics.value;
  const path = (row.topics ?? []).map((id) => topics.find((topic) => topic.id === id)).filter((one) => one !== undefined);
  if (path.length === 0) return null;
  return (
    <p class="card-topics">
      <span class="dot" style={{ background: colorOf(path[0].id) }} />
      {path.map((topic, depth) => (
        <span key={topic.id} dir="auto">{depth > 0 && <span class="arrow" aria-hidden="true"> › </span>}{topic.label}</span>
      ))}
    </p>
  );
}
