/** The search box with its modes. */

import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import { askedOf, type Mode } from "../../state/find_query";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { Icon } from "../icons";
import { late } from "../shell/late";

const LikenessSlider = late("LikenessSlider");
const Modes = late("Modes");

type Switch = "matchCase" | "wholeWord" | "regex";

const SWITCHES: readonly { readonly key: Switch; readonly sign: string; readonly name: string }[] = [
  { key: "matchCase", sign: "Aa", name: "Match case" },
  { key: "wholeWord", sign: "ab", name: "Whole words" },
  { key: "regex", sign: ".*", name: "Regular expression" },
];

const PLACEHOLDERS: Readonly<Record<Mode, string>> = {
  text: "Search the text", meaning: "Describe what you look for", image: "Choose or drop an image", row: "",
};

export function SearchBox({ explorer }: Props): JSX.Element {
  const { mode } = explorer.finding.draft.value;
  return (
    <div class="search" role="search">
      <Field explorer={explorer} />
      <div class="search-row">
        <Modes explorer={explorer} />
        {mode === "text" && <FieldChoice explorer={explorer} />}
      </div>
      <LikenessSlider explorer={explorer} />
      <SearchStatus explorer={explorer} />
    </div>
  );
}

function Field({ explorer }: Props): JSX.Element {
  const { finding, selecting } = explorer;
  const field = useRef<HTMLInputElement>(null);
  const query = finding.draft.value;
  const typed = query.mode === "text" || query.mode === "meaning";
  const clear = (): void => {
    finding.clear();
    field.current?.focus();
  };
  return (
    <div class="search-field">
      <Icon name={query.mode === "text" ? "search" : query.mode === "image" ? "image" : "spark"} />
      <input ref={field} id="search" type="text" inputMode="search" enterKeyHint="search" autocomplete="off" spellcheck={false}
        placeholder={PLACEHOLDERS[query.mode]} aria-label="Search" aria-describedby="search-status" maxLength={1000}
        readOnly={!typed} value={query.mode === "row" ? `nearest to ${query.text}` : query.text}
        onInput={(event) => finding.type({ text: event.currentTarget.value })} onBlur={() => selecting.settle()}
        onKeyDown={(event) => {
          if (event.key === "Escape") clear();
          if (event.key === "Enter") void finding.keep();
        }} />
      {(query.text !== "" || !typed) && (
        <IconButton icon="close" name="Clear the search" title="Clear (Esc)" onClick={clear} />
      )}
      {query.mode === "text" && SWITCHES.map(({ key, sign, name }) => (
        <button type="button" key={key} class={`switch ${key}`} aria-pressed={query[key]} aria-label={name} title={name} data-sign={sign}
          onClick={() => finding.type({ [key]: !query[key] })} />
      ))}
    </div>
  );
}

function FieldChoice({ explorer }: Props): JSX.Element | null {
  const { store, finding } = explorer;
  const searchable = store.columns.value.filter((column) => column.searchable);
  const query = finding.draft.value;
  if (searchable.length < 2) return null;
  const chosen = query.field ?? store.textField.value ?? searchable[0].name;
  return (
    <label class="search-in">
      in{" "}
      <select id="search-in" value={chosen} onChange={(event) => finding.type({ field: event.currentTarget.value })}>
        {searchable.map((column) => <option key={column.name} value={column.name}>{column.name}</option>)}
      </select>
    </label>
  );
}

function SearchStatus({ explorer }: Props): JSX.Element {
  const { finding, selecting, store, client } = explorer;
  const condition = finding.condition.value;
  const trouble = finding.trouble.value ?? (condition === null ? null : selecting.troubleOf(condition));
  const count = condition === null ? undefined : selecting.counts.value.get(condition.id);
  const waiting = finding.pending.value || (condition !== null && count === undefined);
  const kind = trouble !== null ? "failed" : waiting ? "pending" : condition === null ? "none" : "found";
  return (
    <p id="search-status" class={kind === "failed" ? "status trouble" : "status"} role="status" data-kind={kind}
      data-query={condition === null ? undefined : askedOf(condition.test)} data-count={count}>
      {kind === "pending" && pendingText(client.reading.value)}
      {trouble}
      {kind === "found" && foundText(count ?? 0, store.index.value?.points ?? 0)}
    </p>
  );
}

function pendingText(read: number | null): string {
  return read === null ? "Searching…" : `Reading the texts: ${Math.floor(100 * read)} %`;
}

function foundText(count: number, points: number): string {
  if (count === 0) return "No match. Try fewer letters, or turn the switches off.";
  const share = (100 * count) / Math.max(points, 1);
  const percent = share >= 10 ? share.toFixed(0) : share >= 0.1 ? share.toFixed(1) : "< 0.1";
  return `${formatCount(count)} ${count === 1 ? "match" : "matches"} · ${percent} %`;
}
