/** The topics as a tree: counts, a search, a click frames one on the map, a button selects it. Keys after the ARIA practices. */

import { useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { TopicsTest } from "../../selection/tree";
import { growTree, linesOf, type TopicLine } from "../../state/topic_tree";
import type { Props } from "../app";
import { topicKey } from "./topic_keys";
import { TopicRow } from "./topic_row";
import { useTopicColor } from "./topic_color";
import { useTopicCounts } from "./topic_counts";

/** Small maps show both depths at once. */
const FEW_ROOTS = 4;

export function TopicTree({ explorer }: Props): JSX.Element {
  const { store, selecting, looking } = explorer;
  const topics = store.topics.value;
  const tree = useMemo(() => growTree(topics), [topics]);
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set(tree.length <= FEW_ROOTS ? tree.map((one) => one.topic.id) : []));
  const [search, setSearch] = useState("");
  const [active, setActive] = useState<number | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const colorOf = useTopicColor(store);
  const counts = useTopicCounts(explorer);
  if (topics.length === 0) {
    return <p class="status pad">This map has no topics. Build them: create_index(topic_model=True).</p>;
  }
  const lines = linesOf(tree, open, search);
  const chosen = selecting.of("topics");
  const ids = chosen?.type === "topics" ? chosen.ids : [];
  const unfold = (id: number, on: boolean): void => {
    const next = new Set(open);
    if (on) next.add(id);
    else next.delete(id);
    setOpen(next);
  };
  const select = (line: TopicLine, more: boolean): void => {
    const test = toggled(ids, line.topic.id, more);
    selecting.replace("topics", test);
  };
  const focus = (id: number): void => {
    setActive(id);
    list.current?.querySelector<HTMLElement>(`[data-topic="${id}"]`)?.focus();
  };
  return (
    <div class="topic-tree">
      <input type="search" id="topic-search" class="field" placeholder={`Search ${topics.length} topics`} aria-label="Search the topics" value={search}
        onInput={(event) => setSearch(event.currentTarget.value)} />
      <ul ref={list} role="tree" aria-label="Topics" aria-multiselectable="true" onMouseLeave={() => looking.pointAtTopic(null)}
        onKeyDown={(event) => topicKey(event, lines, { unfold, focus, frame: (id) => looking.frameTopic(id), select })}>
        {lines.map((line, k) => (
          <TopicRow key={line.topic.id} line={line} color={colorOf(line.topic.id)} selected={ids.includes(line.topic.id)}
            tabbed={active === null ? k === 0 : active === line.topic.id} count={counts?.(line.place) ?? null}
            frame={() => looking.frameTopic(line.topic.id)} point={(on) => looking.pointAtTopic(on ? line.topic.id : null)}
            unfold={(on) => unfold(line.topic.id, on)} select={(more) => select(line, more)} focused={() => setActive(line.topic.id)} />
        ))}
      </ul>
      {lines.length === 0 && <p class="status pad">No topic is called this.</p>}
    </div>
  );
}

function toggled(ids: readonly number[], id: number, more: boolean): TopicsTest | null {
  const without = ids.filter((one) => one !== id);
  const has = without.length < ids.length;
  const next = more ? (has ? without : [...ids, id]) : has && ids.length === 1 ? [] : [id];
  return next.length === 0 ? null : { type: "topics", ids: next };
}
