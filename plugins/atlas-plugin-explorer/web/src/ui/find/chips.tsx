/** The conditions of the selection, each a chip: turned off, inverted, taken away; the words between them turned. */

import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { LassoNode } from "../../selection/nodes";
import { conditions, type Condition, type Group, type Part } from "../../selection/tree";
import { outgrows } from "../../state/address";
import { describe, type Kind } from "../../state/describe";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { Icon, type IconName } from "../icons";

export function Chips({ explorer }: Props): JSX.Element | null {
  const root = explorer.selecting.tree.value;
  if (root.of.length === 0) return null;
  return (
    <div id="chips" class="chips">
      <Parts explorer={explorer} of={root} />
      {outgrows(root) && <TooLong explorer={explorer} />}
    </div>
  );
}

/** What a link leaves out is said. */
function TooLong({ explorer }: Props): JSX.Element {
  const { layout, store } = explorer;
  return (
    <p id="too-long" class="status" role="status">
      This selection is too long for a link: the address leaves it out.{" "}
      {store.can.value.tags === true && (
        <button type="button" class="link" onClick={() => (layout.tab.value = "tags")}>Keep it as a tag</button>
      )}
    </p>
  );
}

function Parts({ explorer, of: whole }: Props & { readonly of: Group }): JSX.Element {
  const word = whole.join === "all" ? "and" : "or";
  const other = whole.join === "all" ? "or" : "and";
  return (
    <ul class="parts">
      {whole.of.map((part, k) => (
        <li key={part.id}>
          {k > 0 && (
            <button type="button" class={`join ${word}`} title={`Turn into "${other}"`} aria-label={`${word}; turn into ${other}`}
              onClick={() => explorer.selecting.turnJoin(whole.id, k - 1)}>
              {word}
            </button>
          )}
          {part.kind === "group" ? <Several explorer={explorer} part={part} /> : <Chip explorer={explorer} part={part} />}
        </li>
      ))}
    </ul>
  );
}

function Several({ explorer, part }: Props & { readonly part: Group }): JSX.Element {
  return (
    <div class={part.on ? "several" : "several off"}>
      {part.not && <NotButton explorer={explorer} part={part} />}
      <Parts explorer={explorer} of={part} />
      <div class="several-end">
        {!part.not && <NotButton explorer={explorer} part={part} />}
        <RemoveButton explorer={explorer} part={part} name="this group" />
      </div>
    </div>
  );
}

function Chip({ explorer, part }: Props & { readonly part: Condition }): JSX.Element {
  const { selecting, store } = explorer;
  const { kind, text } = describe(part.test, { topics: store.topics.value, columns: store.columns.value, areas: areasOf(selecting.tree.value) });
  const trouble = selecting.troubleOf(part);
  const count = selecting.counts.value.get(part.id);
  return (
    <div class={part.on ? "cond" : "cond off"} data-kind={kind}>
      {part.not && <NotButton explorer={explorer} part={part} />}
      <button type="button" class="chip-text" aria-pressed={part.on} dir="auto"
        title={part.on ? `${text}\nPress to leave it out for now` : `${text}\nLeft out; press to let it count`}
        onClick={() => selecting.set(part.id, { on: !part.on })}>
        <Icon name={ICONS[kind]} />
        <span>{text}</span>
      </button>
      <span class="chip-count">{trouble !== null ? "!" : count === undefined ? "…" : formatCount(count)}</span>
      {/* At the end, where it is something to do; before the text it would say what is not so. */}
      {!part.not && <NotButton explorer={explorer} part={part} />}
      <RemoveButton explorer={explorer} part={part} name={text} />
      {trouble !== null && <p class="chip-trouble trouble">{trouble}</p>}
    </div>
  );
}

function areasOf(root: Group): LassoNode[] {
  return conditions(root).flatMap(({ test }) => (test.type === "lasso" ? [test] : []));
}

const ICONS: Readonly<Record<Kind, IconName>> = {
  text: "search", meaning: "spark", filter: "filter", topic: "topic", copies: "copies", tag: "tag", lasso: "lasso", rows: "rows",
};

function NotButton({ explorer, part }: Props & { readonly part: Part }): JSX.Element {
  return (
    <button type="button" class="not" aria-pressed={part.not} aria-label="Not" title={part.not ? "Take “not” away" : "Invert: not"}
      onClick={() => explorer.selecting.set(part.id, { not: !part.not })}>
      not
    </button>
  );
}

function RemoveButton({ explorer, part, name }: Props & { readonly part: Part; readonly name: string }): JSX.Element {
  return (
    <IconButton icon="close" name={`Remove ${name}`} title="Remove" class="bare remove" onClick={() => explorer.selecting.remove(part.id)} />
  );
}
