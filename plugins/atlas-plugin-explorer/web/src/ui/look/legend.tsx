/** What the colours mean, at the foot of the map. An entry singles its points out, with shift also several; a scale has a brush. */

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { tally } from "../../color/coloring";
import type { Coloring, LegendEntry } from "../../color/legend";
import { formatCount } from "../../color/ticks";
import { freeKeys, pressedKeys, pressKey } from "../../state/legend_filter";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { ColorChoiceBox, ScaleChoice } from "./color_choice";
import { ScaleLegend } from "./scale_legend";

/** A search in the legend helps from so many entries on. */
const MANY = 24;
/** In a map of less height (CSS pixels) it begins folded. */
const LOW = 420;

export function LegendBox({ explorer }: Props): JSX.Element {
  const { store, layout } = explorer;
  const left = layout.legend.value;
  const folded = left === null ? isInTheWay(explorer) : left === "folded";
  const coloring = store.coloring.value;
  const trouble = store.colorTrouble.value;
  const name = folded ? "Show the legend" : "Hide the legend";
  return (
    <section class={folded ? "legend-card folded" : "legend-card"} aria-label="Colours">
      <div class="legend-head">
        <ColorChoiceBox explorer={explorer} />
        <IconButton icon={folded ? "up" : "chevron"} name={name} id="legend-fold" aria-expanded={!folded} aria-controls="legend"
          onClick={() => (layout.legend.value = folded ? "open" : "folded")} />
      </div>
      {trouble !== null && <p class="status trouble" role="status">{trouble}</p>}
      {!folded && coloring !== null && <Content explorer={explorer} coloring={coloring} />}
    </section>
  );
}

/** While nobody has opened or folded it: it would repeat the topics that are listed beside it, or leave little of the map. */
function isInTheWay({ store, layout, looking }: Props["explorer"]): boolean {
  const listed = store.colorChoice.value.by === "topics" && layout.leftOpen.value;
  const left = layout.windowHeight.value - (layout.drawerOpen.value ? looking.drawerHeight.value : 0);
  return listed || layout.narrow.value || left < LOW;
}

export interface ColoringProps extends Props {
  readonly coloring: Coloring;
}

function Content({ explorer, coloring }: ColoringProps): JSX.Element | null {
  const { legend } = coloring;
  const mask = explorer.looking.counted.value;
  const counts = tally(coloring.colors.index, coloring.colors.palette.length / 3, mask?.shown ?? null);
  if (legend.kind === "scale") {
    return (
      <div id="legend" data-kind="scale">
        <ScaleLegend explorer={explorer} coloring={coloring} legend={legend} counts={mask === null ? null : counts} />
        <ScaleChoice explorer={explorer} />
        {legend.missing !== null && <Entries explorer={explorer} coloring={coloring} entries={[legend.missing]} counts={mask === null ? null : counts} />}
      </div>
    );
  }
  if (legend.entries.length === 0) return null;
  return (
    <div id="legend" data-kind="entries">
      <Entries explorer={explorer} coloring={coloring} entries={legend.entries} counts={mask === null ? null : counts} />
    </div>
  );
}

interface EntriesProps extends ColoringProps {
  readonly entries: readonly LegendEntry[];
  /** How many of each colour are selected; null without a selection. */
  readonly counts: Uint32Array | null;
}

function Entries({ explorer, coloring, entries, counts }: EntriesProps): JSX.Element {
  const [search, setSearch] = useState("");
  const pressed = pressedKeys(explorer.selecting, coloring);
  const most = Math.max(...entries.map((entry) => entry.count), 1);
  const found = entries.filter(({ label }) => label.toLowerCase().includes(search.toLowerCase()));
  return (
    <>
      {entries.length > MANY && (
        <input type="search" class="field small" placeholder={`Search ${entries.length} entries`} aria-label="Search the legend" value={search}
          onInput={(event) => setSearch(event.currentTarget.value)} />
      )}
      <ul class="entries">
        {found.map((entry) => {
          const off = pressed.size > 0 && !pressed.has(entry.key);
          // What is singled out by other conditions is counted; entries of one's own that are off say what they would bring.
          const count = counts === null || off ? entry.count : counts[entry.key];
          return (
            <Entry key={entry.key} entry={entry} off={off} pressed={pressed.has(entry.key)} count={count} most={most}
              press={(more) => pressKey(explorer.selecting, coloring, entry.key, more)} />
          );
        })}
      </ul>
      {pressed.size > 0 && (
        <button type="button" id="legend-all" class="link" onClick={() => freeKeys(explorer.selecting, coloring)}>Show all</button>
      )}
    </>
  );
}

interface EntryProps {
  readonly entry: LegendEntry;
  readonly off: boolean;
  readonly pressed: boolean;
  readonly count: number;
  readonly most: number;
  readonly press: (more: boolean) => void;
}

function Entry({ entry, off, pressed, count, most, press }: EntryProps): JSX.Element {
  const { key, label, color } = entry;
  return (
    <li>
      <button type="button" class={off ? "entry off" : "entry"} aria-pressed={pressed} data-key={key}
        title={`${label}: ${formatCount(entry.count)}. Click to single out, shift-click for several.`}
        onClick={(event) => press(event.shiftKey || event.ctrlKey || event.metaKey)}>
        <span class="swatch" style={{ background: color }} />
        <span class="entry-label" dir="auto">{label}</span>
        <span class="entry-count">{formatCount(count)}</span>
        <span class="bar" style={{ width: `calc((100% - 37px) * ${count / most})`, background: color }} />
      </button>
    </li>
  );
}
