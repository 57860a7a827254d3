/** The search field with its switches. */

import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { SearchQuery } from "../api/client";
import { formatCount } from "../color/ticks";
import { NO_QUERY, type Store } from "../state/store";
import { Icon } from "./icons";

type Switch = "matchCase" | "wholeWord" | "regex";

const SWITCHES: readonly { readonly key: Switch; readonly sign: string; readonly name: string }[] = [
  { key: "matchCase", sign: "Aa", name: "Match case" },
  { key: "wholeWord", sign: "ab", name: "Whole words" },
  { key: "regex", sign: ".*", name: "Regular expression" },
];

export function SearchBox({ store }: { readonly store: Store }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useSlashKey(field);
  const query = store.query.value;
  const change = (part: Partial<SearchQuery>): void => {
    store.query.value = { ...query, ...part };
  };
  const clear = (): void => {
    change({ ...NO_QUERY, field: query.field });
    field.current?.focus();
  };
  return (
    <div class="search" role="search">
      <div class="search-field">
        <Icon name="search" />
        <input ref={field} id="search" type="text" inputMode="search" enterKeyHint="search" autocomplete="off" spellcheck={false}
          placeholder="Search the text" aria-label="Search the text" aria-describedby="search-status" maxLength={1000}
          value={query.text} onInput={(event) => change({ text: event.currentTarget.value })}
          onKeyDown={(event) => event.key === "Escape" && clear()} />
        {query.text !== "" && (
          <button type="button" class="bare" aria-label="Clear the search" title="Clear (Esc)" onClick={clear}>
            <Icon name="close" />
          </button>
        )}
        {SWITCHES.map(({ key, sign, name }) => (
          <button type="button" key={key} class={`switch ${key}`} aria-pressed={query[key]} aria-label={name} title={name}
            onClick={() => change({ [key]: !query[key] })}>
            {sign}
          </button>
        ))}
      </div>
      <FieldChoice store={store} change={change} />
      <SearchStatus store={store} />
    </div>
  );
}

/** "/" goes to the search from anywhere, as on many pages. */
function useSlashKey(field: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { target } = event;
      const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

interface FieldChoiceProps {
  readonly store: Store;
  readonly change: (part: Partial<SearchQuery>) => void;
}

function FieldChoice({ store, change }: FieldChoiceProps): JSX.Element | null {
  const searchable = store.columns.value.filter((column) => column.searchable);
  const query = store.query.value;
  if (searchable.length < 2 || query.text === "") return null;
  const chosen = query.field ?? store.textField.value ?? searchable[0].name;
  return (
    <label class="search-in">
      in{" "}
      <select id="search-in" value={chosen} onChange={(event) => change({ field: event.currentTarget.value })}>
        {searchable.map((column) => <option key={column.name} value={column.name}>{column.name}</option>)}
      </select>
    </label>
  );
}

function SearchStatus({ store }: { readonly store: Store }): JSX.Element {
  const state = store.search.value;
  return (
    <p id="search-status" class={state.kind === "failed" ? "status trouble" : "status"} role="status" data-kind={state.kind}
      data-count={state.kind === "found" ? state.count : undefined}>
      {state.kind === "pending" && "Searching…"}
      {state.kind === "failed" && state.message}
      {state.kind === "found" && foundText(state.count, store.index.value?.points ?? 0)}
    </p>
  );
}

function foundText(count: number, points: number): string {
  if (count === 0) return "No match. Try fewer letters, or turn the switches off.";
  const share = (100 * count) / Math.max(points, 1);
  const percent = share >= 10 ? share.toFixed(0) : share >= 0.1 ? share.toFixed(1) : "< 0.1";
  return `${formatCount(count)} ${count === 1 ? "match" : "matches"} · ${percent} %`;
}
