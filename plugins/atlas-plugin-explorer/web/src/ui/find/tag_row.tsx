/** One tag: a condition when pressed; renamed, added to, taken from, deleted. */

import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { Tag } from "../../state/tags";
import type { Props } from "../app";
import { IconButton } from "../icon_button";

interface TagProps extends Props {
  readonly tag: Tag;
}

type Open = "no" | "actions" | "name" | "delete";

export function TagRow({ explorer, tag }: TagProps): JSX.Element {
  const { selecting } = explorer;
  const open = useSignal<Open>("no");
  const key = `tag:${tag.name}`;
  const on = selecting.of(key) !== null;
  return (
    <li class="tag" data-name={tag.name}>
      <div class="tag-line">
        <button type="button" class="value" aria-pressed={on} title={tag.rule ? "A rule" : "A list of rows"}
          onClick={() => selecting.replace(key, on ? null : { type: "tag", name: tag.name })}>
          <span class="check" aria-hidden="true" />
          <span class="value-name" dir="auto">{tag.name}{tag.rule && <i class="rule">rule</i>}</span>
          <span class="value-count">{tag.error === null ? formatCount(tag.count) : "!"}</span>
        </button>
        <IconButton icon="more" name={`Change ${tag.name}`} title="Change" aria-expanded={open.value !== "no"}
          onClick={() => (open.value = open.value === "no" ? "actions" : "no")} />
      </div>
      {tag.error !== null && <p class="status trouble">{tag.error}</p>}
      {open.value === "actions" && <Actions explorer={explorer} tag={tag} open={open} />}
      {open.value === "name" && <Rename explorer={explorer} tag={tag} open={open} />}
      {open.value === "delete" && <Delete explorer={explorer} tag={tag} open={open} />}
    </li>
  );
}

interface OpenProps extends TagProps {
  readonly open: Signal<Open>;
}

function Actions({ explorer, tag, open }: OpenProps): JSX.Element {
  const { selecting, tags } = explorer;
  const node = selecting.node.value;
  const take = async (how: "add" | "remove"): Promise<void> => {
    if (node !== null && (await tags.change(tag, { [how]: node }))) open.value = "no";
  };
  return (
    <div class="tag-actions">
      <button type="button" class="plain" disabled={node === null} onClick={() => void take("add")}>Add selection</button>
      <button type="button" class="plain" disabled={node === null} onClick={() => void take("remove")}>Take selection out</button>
      <button type="button" class="plain" onClick={() => (open.value = "name")}>Rename</button>
      <button type="button" class="plain danger" onClick={() => (open.value = "delete")}>Delete</button>
    </div>
  );
}

function Rename({ explorer, tag, open }: OpenProps): JSX.Element {
  const name = useSignal(tag.name);
  const rename = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wanted = name.value.trim();
    if (wanted !== "" && wanted !== tag.name) {
      if (!(await explorer.tags.change(tag, { name: wanted }))) return;
      // A condition follows its tag.
      if (explorer.selecting.of(`tag:${tag.name}`) !== null) explorer.selecting.replace(`tag:${tag.name}`, { type: "tag", name: wanted });
    }
    open.value = "no";
  };
  return (
    <form class="save-line tag-form" onSubmit={(event) => void rename(event)}>
      <input class="find-value" type="text" aria-label={`New name of ${tag.name}`} maxLength={200} value={name.value}
        ref={(field) => field?.focus()} onInput={(event) => (name.value = event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && (open.value = "no")} />
      <button type="submit" class="primary">Rename</button>
    </form>
  );
}

function Delete({ explorer, tag, open }: OpenProps): JSX.Element {
  const remove = (): void => {
    explorer.selecting.replace(`tag:${tag.name}`, null);
    void explorer.tags.delete(tag);
  };
  return (
    <div class="tag-actions">
      <span>Delete the tag? The rows stay.</span>
      <button type="button" class="plain danger" onClick={remove}>Delete</button>
      <button type="button" class="plain" onClick={() => (open.value = "no")}>Keep</button>
    </div>
  );
}
