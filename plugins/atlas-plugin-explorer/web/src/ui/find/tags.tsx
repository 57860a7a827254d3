/** The tab of tags: the selection is kept under a name, and names are conditions of further selections. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import type { KeptAs } from "../../state/tags";
import type { Props } from "../app";
import { TagRow } from "./tag_row";

export function TagsTab({ explorer }: Props): JSX.Element {
  const { tags, store } = explorer;
  const can = store.mapState.value?.can.tags;
  useEffect(() => {
    if (can === true) void tags.load();
  }, [can, tags]);
  if (can === false) return <p class="none">Tags are kept by the server of a map; this page has none.</p>;
  const all = tags.all.value;
  return (
    <div class="tags">
      <SaveForm explorer={explorer} />
      {tags.trouble.value !== null && <p id="tag-trouble" class="status trouble" role="alert">{tags.trouble.value}</p>}
      {all?.length === 0 && <p class="none">No tags yet. Select rows, and keep them here under a name: they are conditions of further selections, here and in Python.</p>}
      <ul id="tags" aria-label="Tags">
        {all?.map((tag) => <TagRow key={tag.id} explorer={explorer} tag={tag} />)}
      </ul>
    </div>
  );
}

function SaveForm({ explorer }: Props): JSX.Element {
  const { selecting, tags } = explorer;
  const name = useSignal("");
  const as = useSignal<KeptAs>("rule");
  const node = selecting.node.value;
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (node === null || name.value.trim() === "") return;
    if (await tags.add(name.value.trim(), node, as.value)) name.value = "";
  };
  return (
    <form class="save-tag" onSubmit={(event) => void save(event)}>
      <div class="save-line">
        <input id="tag-name" class="find-value" type="text" placeholder={node === null ? "Select rows to tag them" : "Name for the selection"}
          aria-label="Name of the new tag" maxLength={200} disabled={node === null} value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)} />
        <button id="tag-save" type="submit" class="primary" disabled={node === null || name.value.trim() === "" || tags.busy.value}>Save</button>
      </div>
      {node !== null && <Kept as={as.value} choose={(next) => (as.value = next)} />}
    </form>
  );
}

function Kept({ as, choose }: { readonly as: KeptAs; readonly choose: (as: KeptAs) => void }): JSX.Element {
  const option = (value: KeptAs, name: string, title: string): JSX.Element => (
    <button type="button" class="segment" aria-pressed={as === value} title={title} onClick={() => choose(value)}>{name}</button>
  );
  return (
    <div class="segments" role="group" aria-label="What is kept">
      {option("rule", "as a rule", "The conditions are kept: new rows that meet them belong to it too")}
      {option("rows", "these rows", "The rows that are selected now are kept")}
    </div>
  );
}
