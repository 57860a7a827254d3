/** What the map shows and does as text, for screen readers and tests. */

import type { JSX } from "preact";
import type { Store } from "../state/store";

export function LabelList({ store }: { readonly store: Store }): JSX.Element {
  return (
    <>
      <p id="said" class="visually-hidden" role="status">{store.said.value}</p>
      <ul id="labels" class="visually-hidden" aria-label="Topics in view">
        {store.shownLabels.value.map(({ topic, x, y }) => (
          <li key={topic.id} data-topic={topic.id} data-depth={topic.depth} data-x={Math.round(x)} data-y={Math.round(y)}>
            {topic.label}
          </li>
        ))}
      </ul>
    </>
  );
}
