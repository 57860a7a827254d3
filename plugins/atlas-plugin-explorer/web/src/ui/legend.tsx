/** What the colours mean. An entry singles its points out; several may be on. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Legend, LegendEntry } from "../color/coloring";
import { formatCount } from "../color/ticks";
import type { Props } from "./app";

export function LegendView({ explorer }: Props): JSX.Element | null {
  const { store } = explorer;
  const legend = store.coloring.value?.legend;
  if (legend === undefined) return null;
  if (legend.kind === "scale") {
    return (
      <div id="legend" data-kind="scale">
        <Scale legend={legend} />
        {legend.missing !== null && <Entries explorer={explorer} entries={[legend.missing]} bars={false} />}
      </div>
    );
  }
  if (legend.entries.length === 0) return null;
  const isolated = store.isolated.value.size;
  return (
    <div id="legend" data-kind="entries" class="legend">
      <Entries explorer={explorer} entries={legend.entries} bars />
      {isolated > 0 && (
        <button type="button" class="plain" onClick={() => (store.isolated.value = new Set())}>Show all</button>
      )}
    </div>
  );
}

interface EntriesProps extends Props {
  readonly entries: readonly LegendEntry[];
  /** Whether a line shows each entry's share of the largest. */
  readonly bars: boolean;
}

function Entries({ explorer, entries, bars }: EntriesProps): JSX.Element {
  const isolated = explorer.store.isolated.value;
  const most = Math.max(...entries.map((entry) => entry.count), 1);
  return (
    <ul class="entries">
      {entries.map(({ key, label, count, color }) => (
        <li key={key}>
          <button type="button" class={isolated.size > 0 && !isolated.has(key) ? "entry off" : "entry"}
            aria-pressed={isolated.has(key)} data-key={key} onClick={() => explorer.toggleIsolated(key)}>
            <span class="swatch" style={{ background: color }} />
            <span class="entry-label" dir="auto" title={label}>{label}</span>
            <span class="entry-count">{formatCount(count)}</span>
            {bars && <span class="bar" style={{ width: `calc((100% - 37px) * ${count / most})`, background: color }} />}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Scale({ legend }: { readonly legend: Extract<Legend, { kind: "scale" }> }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (!pen) return;
    legend.colors.forEach((color, step) => {
      pen.fillStyle = color;
      pen.fillRect(step, 0, 1, 1);
    });
  }, [legend]);
  return (
    <div class="scale">
      <canvas ref={canvas} width={legend.colors.length} height={1} role="img" aria-label="Scale from low to high" />
      <div class="ticks">
        {legend.scale.ticks.map(({ value, text, at }) => {
          const edge = at < 0.06 ? "tick start" : at > 0.94 ? "tick end" : "tick";
          return <span key={value} class={edge} style={{ left: `${100 * at}%` }}>{text}</span>;
        })}
      </div>
    </div>
  );
}
