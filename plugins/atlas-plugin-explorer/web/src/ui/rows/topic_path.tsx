/** The topics of a row, broad to fine, each with how sure it is; a click frames one on the map. */

import type { JSX } from "preact";
import type { RowDetail } from "../../api/format";
import type { Props } from "../app";
import { useTopicColor } from "../topics/topic_color";

export function TopicPath({ explorer, topics }: Props & { readonly topics: RowDetail["topics"] }): JSX.Element {
  const colorOf = useTopicColor(explorer.store);
  return (
    <section class="detail-part" aria-label="Topics">
      <ol class="topic-path">
        {topics.map(({ id, depth, label, confidence }) => (
          <li key={id}>
            <button type="button" class="topic-step" style={{ "--level": depth - 1 }} onClick={() => explorer.looking.frameTopic(id)}
              title="Show the topic on the map" onMouseEnter={() => explorer.looking.pointAtTopic(id)} onMouseLeave={() => explorer.looking.pointAtTopic(null)}>
              <span class="swatch" style={{ background: colorOf(id) }} />
              <span class="topic-label" dir="auto">{label}</span>
              <span class="sure" title={`Confidence ${confidence.toFixed(2)}`}>
                <span class="sure-bar" style={{ width: `${Math.round(100 * confidence)}%` }} />
              </span>
              <span class="sure-text">{Math.round(100 * confidence)} %</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
