/** Chooses what colours the points, and the scale of numbers and dates. */

import type { JSX } from "preact";
import { isColorable } from "../../api/format";
import { hasSteps } from "../../color/coloring";
import { scalesFor, type ScaleKind } from "../../color/scale";
import type { ColorChoice } from "../../state/store";
import type { Props } from "../app";

export function ColorChoiceBox({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const depths = store.index.value?.topics?.depths ?? [];
  const columns = store.columns.value.filter(isColorable);
  const duplicates = store.index.value?.duplicates;
  return (
    <label class="choice">
      <span class="visually-hidden">Colour by</span>
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
        <optgroup label="Others">
          {duplicates != null && <option value="duplicates">Duplicates</option>}
          <option value="nothing">One colour</option>
        </optgroup>
      </select>
    </label>
  );
}

const SCALES: Readonly<Record<ScaleKind, { readonly name: string; readonly hint: string }>> = {
  linear: { name: "Linear", hint: "Colours by value" },
  log: { name: "Log", hint: "Colours by order of magnitude" },
  quantile: { name: "Rank", hint: "Colours by rank: each shade has as many points (quantiles)" },
};

/** The scales that suit the column that colours the points; nothing where there is but one. */
export function ScaleChoice({ explorer }: Props): JSX.Element | null {
  const { store } = explorer;
  const choice = store.colorChoice.value;
  const column = choice.by === "column" ? store.columns.value.find((one) => one.name === choice.name) : undefined;
  const legend = store.coloring.value?.legend;
  if (choice.by !== "column" || legend?.kind !== "scale" || column === undefined || !("quantiles" in column) || hasSteps(column)) return null;
  return (
    <div class="segments small" role="group" aria-label="Scale">
      {scalesFor(column).map((kind) => (
        <button key={kind} type="button" id={`scale-${kind}`} aria-pressed={legend.scale.kind === kind} title={SCALES[kind].hint}
          onClick={() => explorer.choose({ ...choice, scale: kind })}>
          {SCALES[kind].name}
        </button>
      ))}
    </div>
  );
}

function depthName(depth: number, depths: number): string {
  if (depths === 1) return "Topics";
  if (depth === 1) return "Broad topics";
  return depth === depths ? "Fine topics" : `Topics, depth ${depth}`;
}

function keyOf(choice: ColorChoice): string {
  if (choice.by === "topics") return `topics:${choice.depth}`;
  return choice.by === "column" ? `column:${choice.name}` : choice.by;
}

function choiceOf(key: string): ColorChoice {
  if (key.startsWith("topics:")) return { by: "topics", depth: Number(key.slice("topics:".length)) };
  if (key.startsWith("column:")) return { by: "column", name: key.slice("column:".length) };
  return { by: key === "duplicates" ? "duplicates" : "nothing" };
}
