/** Chooses what colours the points. */

import type { JSX } from "preact";
import { isColorable } from "../api/format";
import type { ColorChoice } from "../state/store";
import type { Props } from "./app";
import { LegendView } from "./legend";

export function ColorBox({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const depths = store.index.value?.topics?.depths ?? [];
  const columns = store.columns.value.filter(isColorable);
  const trouble = store.colorTrouble.value;
  return (
    <section class="colors" aria-label="Colours">
      <label class="choice">
        <span>Colour</span>
        <select id="color-by" value={keyOf(store.colorChoice.value)}
          onChange={(event) => explorer.choose(choiceOf(event.currentTarget.value))}>
          {depths.length > 0 && (
            <optgroup label="Topics">
              {depths.map(({ depth, topics }) => (
                <option key={depth} value={`topics:${depth}`}>{depthName(depth, depths.length)} ({topics})</option>
              ))}
            </optgroup>
          )}
          {columns.length > 0 && (
            <optgroup label="Columns">
              {columns.map(({ name }) => <option key={name} value={`column:${name}`}>{name}</option>)}
            </optgroup>
          )}
          <option value="nothing">One colour</option>
        </select>
      </label>
      {trouble !== null && <p class="status trouble" role="status">{trouble}</p>}
      <LegendView explorer={explorer} />
    </section>
  );
}

function depthName(depth: number, depths: number): string {
  if (depths === 1) return "Topics";
  if (depth === 1) return "Broad topics";
  return depth === depths ? "Fine topics" : `Topics, depth ${depth}`;
}

function keyOf(choice: ColorChoice): string {
  if (choice.by === "topics") return `topics:${choice.depth}`;
  return choice.by === "column" ? `column:${choice.name}` : "nothing";
}

function choiceOf(key: string): ColorChoice {
  if (key.startsWith("topics:")) return { by: "topics", depth: Number(key.slice("topics:".length)) };
  if (key.startsWith("column:")) return { by: "column", name: key.slice("column:".length) };
  return { by: "nothing" };
}
