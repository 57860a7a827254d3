/** A line of the topic tree. */

import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { TopicLine } from "../../state/topic_tree";
import { IconButton } from "../icon_button";
import { Icon } from "../icons";

interface TopicRowProps {
  readonly line: TopicLine;
  readonly color: string;
  readonly selected: boolean;
  /** Whether the Tab key comes here. */
  readonly tabbed: boolean;
  /** How many of the selection are in the topic; null without a selection. */
  readonly count: number | null;
  readonly frame: () => void;
  readonly point: (on: boolean) => void;
  readonly unfold: (on: boolean) => void;
  readonly select: (more: boolean) => void;
  readonly focused: () => void;
}

export function TopicRow({ line, color, selected, tabbed, count, frame, point, unfold, select, focused }: TopicRowProps): JSX.Element {
  const { topic, level, open, among, nth } = line;
  const counted = count === null ? formatCount(topic.size) : `${formatCount(count)} / ${formatCount(topic.size)}`;
  const name = selected ? `Take ${topic.label} out of the selection` : `Select ${topic.label}`;
  return (
    <li role="treeitem" class={selected ? "topic-row chosen" : "topic-row"} tabIndex={tabbed ? 0 : -1} data-topic={topic.id} aria-level={level}
      aria-setsize={among} aria-posinset={nth} aria-selected={selected} {...(open === null ? {} : { "aria-expanded": open })}
      aria-label={`${topic.label} ${counted} rows`} style={{ "--level": level - 1 }} onClick={frame}
      onMouseEnter={() => point(true)} onFocus={() => { focused(); point(true); }} onBlur={() => point(false)}
      title={topic.description !== "" ? `${topic.label}: ${topic.description}` : topic.label}>
      {open === null ? <span class="twist" /> : (
        <span class={open ? "twist open" : "twist"} onClick={(event) => { event.stopPropagation(); unfold(!open); }}><Icon name="chevron" /></span>
      )}
      <span class="swatch" style={{ background: color }} />
      <span class="topic-label" dir="auto">{topic.label}</span>{" "}
      <span class="topic-count">{counted}</span>
      <IconButton icon={selected ? "checked" : "select"} name={name} title={`${name} (space; with shift several)`} class="bare topic-select"
        tabIndex={-1} aria-pressed={selected} onClick={(event) => { event.stopPropagation(); select(event.shiftKey || event.ctrlKey || event.metaKey); }} />
    </li>
  );
}
