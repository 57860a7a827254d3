/** The filter of a column of texts: what they hold, or that there is none. */

import type { JSX } from "preact";
import type { Column } from "../../api/format";
import type { TextNode } from "../../selection/nodes";
import type { Props } from "../app";
import { NullToggle } from "./null_toggle";

export function TextFilter({ explorer, column }: Props & { readonly column: Column }): JSX.Element {
  const { selecting } = explorer;
  const key = `text:${column.name}`;
  const test = selecting.of(key);
  const type = (query: string): void => {
    const node: TextNode = { type: "text", query, fields: [column.name], regex: false, whole_word: false, ignore_case: true };
    selecting.replace(key, query === "" ? null : node, { mark: key });
  };
  return (
    <>
      {column.searchable && (
        <input class="find-value" type="search" placeholder="Contains…" aria-label={`${column.name} contains`} maxLength={1000}
          value={test?.type === "text" ? test.query : ""} onInput={(event) => type(event.currentTarget.value)} onBlur={() => selecting.settle()} />
      )}
      <NullToggle explorer={explorer} column={column} count={column.nulls} />
    </>
  );
}
