/** What the search compares: words, meaning, an image. */

import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Mode } from "../../state/find_query";
import type { Explorer } from "../../state/explorer";
import type { Props } from "../app";

const NAMES: Readonly<Record<Mode, { readonly name: string; readonly title: string }>> = {
  text: { name: "Words", title: "Rows that hold these words" },
  meaning: { name: "Meaning", title: "Rows that mean something like it" },
  image: { name: "Image", title: "Rows like an image of yours" },
  row: { name: "Row", title: "Rows nearest to a row" },
};

export function Modes({ explorer }: Props): JSX.Element | null {
  const { finding } = explorer;
  const picker = useRef<HTMLInputElement>(null);
  const now = finding.draft.value.mode;
  const modes = modesOf(explorer);
  if (modes.length < 2) return null;
  const choose = (mode: Mode): void => {
    if (mode === "image") picker.current?.click();
    else finding.type({ mode, ...(now === "image" || now === "row" ? { text: "", vector: null, row: null } : {}) });
    if (mode !== "image") document.getElementById("search")?.focus();
  };
  return (
    <div class="segments modes" role="group" aria-label="What is compared">
      {modes.map((mode) => (
        <button type="button" key={mode} class="segment" aria-pressed={mode === now} data-mode={mode} title={NAMES[mode].title}
          onClick={() => choose(mode)}>
          {NAMES[mode].name}
        </button>
      ))}
      <input ref={picker} id="image-file" class="visually-hidden" type="file" accept="image/*" tabIndex={-1} aria-label="Image to search by"
        onChange={(event) => {
          const file = event.currentTarget.files?.item(0);
          event.currentTarget.value = "";
          if (file) void finding.like(file, file.name);
        }} />
    </div>
  );
}

/** What the map can be asked; a row only while it is. */
function modesOf({ store, finding }: Explorer): Mode[] {
  const can = store.mapState.value?.can;
  const modes: Mode[] = ["text"];
  if (can?.meaning === true) modes.push("meaning");
  if (can?.meaning_image === true) modes.push("image");
  if (finding.draft.value.mode === "row") modes.push("row");
  return modes;
}
