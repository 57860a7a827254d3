/** Values with their counts, any of which can be chosen; many are searched. */

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";

export interface Choice {
  readonly key: string;
  readonly label: string;
  readonly count: number;
  readonly selected: number | null;
  readonly on: boolean;
  /** No value of the column, but the lack of one. */
  readonly quiet?: boolean;
  readonly toggle: () => void;
}

const FIRST = 8;
const MOST = 200;

interface ValueListProps {
  readonly name: string;
  readonly choices: readonly Choice[];
}

export function ValueList({ name, choices }: ValueListProps): JSX.Element {
  const [words, setWords] = useState("");
  const [all, setAll] = useState(false);
  const found = words === "" ? choices : choices.filter((one) => one.label.toLowerCase().includes(words.toLowerCase()));
  const shown = all || words !== "" ? found.slice(0, MOST) : found.filter((one, k) => k < FIRST || one.on);
  const most = Math.max(...choices.map((one) => one.count), 1);
  const more = found.length - shown.length;
  return (
    <>
      {choices.length > FIRST && (
        <input class="find-value" type="search" placeholder={`Find in ${formatCount(choices.length)} values`} aria-label={`Find a value of ${name}`}
          value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      )}
      <ul class="values" aria-label={`Values of ${name}`}>
        {shown.map((one) => <li key={one.key}><Value one={one} most={most} /></li>)}
      </ul>
      {found.length === 0 && <p class="status">No value holds “{words}”.</p>}
      {more > 0 && (all || words !== "" ? <p class="status">and {formatCount(more)} more: type to find one</p>
        : <button type="button" class="more-values" onClick={() => setAll(true)}>Show {formatCount(more)} more</button>)}
    </>
  );
}

function Value({ one, most }: { readonly one: Choice; readonly most: number }): JSX.Element {
  return (
    <button type="button" class="value" aria-pressed={one.on} onClick={one.toggle}>
      <span class="check" aria-hidden="true" />
      <span class={one.quiet === true ? "value-name quiet" : "value-name"} dir="auto" title={one.label}>{one.label}</span>
      <span class="value-count">
        {one.selected !== null && one.selected !== one.count && <b>{formatCount(one.selected)} / </b>}{formatCount(one.count)}
      </span>
      <span class="value-bar" style={{ "--all": one.count / most, "--some": (one.selected ?? one.count) / most }} aria-hidden="true" />
    </button>
  );
}
