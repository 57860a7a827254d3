/** The keys of the topic tree: arrows go through it and fold it, Enter frames, space selects. */

import type { TopicLine } from "../../state/topic_tree";

interface Doing {
  readonly unfold: (id: number, on: boolean) => void;
  readonly focus: (id: number) => void;
  readonly frame: (id: number) => void;
  readonly select: (line: TopicLine, more: boolean) => void;
}

export function topicKey(event: KeyboardEvent, lines: readonly TopicLine[], doing: Doing): void {
  const item = (event.target as HTMLElement).closest<HTMLElement>("[data-topic]");
  const at = lines.findIndex((line) => String(line.topic.id) === item?.dataset.topic);
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const line = lines[at];
  const go = (place: number): void => {
    const target = lines[Math.min(Math.max(place, 0), lines.length - 1)];
    doing.focus(target.topic.id);
  };
  const parent = lines.slice(0, at).reduce((found, one, place) => (one.level < line.level ? place : found), -1);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(lines.length - 1),
    ArrowRight: () => (line.open === false ? doing.unfold(line.topic.id, true) : line.open === true && go(at + 1)),
    ArrowLeft: () => (line.open === true ? doing.unfold(line.topic.id, false) : parent >= 0 && go(parent)),
    Enter: () => doing.frame(line.topic.id),
    " ": () => doing.select(line, event.shiftKey),
  };
  const act = keys[event.key];
  if (act === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}
