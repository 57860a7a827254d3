/** The tab of filters: one section for each column, opened when wanted. */

import { useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { isColorable, type Column } from "../../api/format";
import { conditions, keyOf } from "../../selection/tree";
import type { Props } from "../app";
import { Icon } from "../icons";
import { CategoryFilter } from "./category_filter";
import { ClassFilter } from "./class_filter";
import { RangeFilter } from "./range_filter";
import { TextFilter } from "./text_filter";

/** So many sections are open at first; a map of a thousand columns would count them all otherwise. */
const FIRST_OPEN = 3;
const MANY = 10;
const MOST = 150;

export function Filters({ explorer }: Props): JSX.Element {
  const [words, setWords] = useState("");
  const columns = explorer.store.columns.value.filter(hasFilter);
  const found = columns.filter((one) => one.name.toLowerCase().includes(words.toLowerCase()));
  const classes = explorer.store.index.value?.duplicates !== null && words === "";
  const open = new Set(columns.filter(isColorable).slice(0, FIRST_OPEN));
  return (
    <div class="filters">
      {columns.length > MANY && (
        <input class="find-value find-column" type="search" placeholder={`Find in ${columns.length} columns`} aria-label="Find a column"
          value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      )}
      {classes && <Section explorer={explorer} name="Duplicates" of={["duplicates"]} first><ClassFilter explorer={explorer} /></Section>}
      {found.slice(0, MOST).map((column) => (
        <Section key={column.name} explorer={explorer} name={column.name} of={[`column:${column.name}`, `text:${column.name}`]}
          first={isColorable(column) && open.has(column)}>
          <Filter explorer={explorer} column={column} />
        </Section>
      ))}
      {found.length === 0 && !classes && <p class="none">{words === "" ? "This map has no column to filter by." : `No column is called “${words}”.`}</p>}
      {found.length > MOST && <p class="none">and {found.length - MOST} more: type to find one</p>}
    </div>
  );
}

function hasFilter(column: Column): boolean {
  return isColorable(column) || column.searchable || column.nulls > 0;
}

function Filter({ explorer, column }: Props & { readonly column: Column }): JSX.Element {
  if (!isColorable(column)) return <TextFilter explorer={explorer} column={column} />;
  if (column.kind === "number" || column.kind === "date") return <RangeFilter explorer={explorer} column={column} />;
  return <CategoryFilter explorer={explorer} column={column} />;
}

interface SectionProps extends Props {
  readonly name: string;
  /** The keys of the conditions that it makes. */
  readonly of: readonly string[];
  readonly first: boolean;
  readonly children: ComponentChildren;
}

function Section({ explorer, name, of, first, children }: SectionProps): JSX.Element {
  const [open, setOpen] = useState(first);
  const mine = conditions(explorer.selecting.tree.value).filter((one) => of.includes(keyOf(one)));
  return (
    <section class="filter" data-name={name}>
      <div class="filter-head">
        <button type="button" class="filter-name" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="chevron" />
          <span dir="auto">{name}</span>
        </button>
        {mine.length > 0 && (
          <button type="button" class="filter-clear" aria-label={`Clear the filter of ${name}`}
            onClick={() => of.forEach((key) => explorer.selecting.replace(key, null))}>
            clear
          </button>
        )}
      </div>
      {open && <div class="filter-body">{children}</div>}
    </section>
  );
}
