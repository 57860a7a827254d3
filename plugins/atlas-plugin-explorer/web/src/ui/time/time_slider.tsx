/** Time at the foot of the map: a histogram, a window on it that selects, and play. */

import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import type { DateColumn } from "../../api/format";
import type { PageArray } from "../../api/loader";
import { dateTicks, formatDate, type DateUnit } from "../../color/ticks";
import { SPEEDS } from "../../state/time_control";
import { binEdges, histogram, snapped } from "../../state/time_window";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { Bars } from "../look/bars";
import { Brush } from "../look/brush";

const HEIGHT = 40;
const BINS = 96;
const MOST_TICKS = 6;

export function TimeSlider({ explorer }: Props): JSX.Element | null {
  const { time } = explorer.looking;
  const column = time.column.value;
  if (column === null) return null;
  const values = time.values.value;
  const trouble = time.trouble.value;
  return (
    <section id="time" class="time-card" aria-label="Time">
      <Head explorer={explorer} column={column} />
      {trouble !== null && <p class="status trouble" role="alert">{trouble}</p>}
      <div class="time-line" style={{ minHeight: `${HEIGHT + 23}px` }}>
        {values !== null && <Line explorer={explorer} column={column} values={values} />}
      </div>
    </section>
  );
}

function Head({ explorer, column }: Props & { readonly column: DateColumn }): JSX.Element {
  const { time } = explorer.looking;
  const playing = time.playing.value;
  const { from, to } = time.window.value;
  const dates = time.dates.value;
  return (
    <header class="time-head">
      <IconButton icon={playing ? "pause" : "play"} name={playing ? "Pause" : "Play"} class="bare play" id="time-play" aria-pressed={playing}
        onClick={() => (time.playing.value = !playing)} />
      <span class="time-window" aria-live={playing ? "off" : "polite"}>{write(from, column)} – {write(to, column)}</span>
      {dates.length > 1 ? (
        <select id="time-column" class="quiet-select" aria-label="Column of dates" value={column.name} onChange={(event) => time.choose(event.currentTarget.value)}>
          {dates.map(({ name }) => <option key={name} value={name}>{name}</option>)}
        </select>
      ) : <span class="time-name" dir="auto">{column.name}</span>}
      <select id="time-speed" class="quiet-select" aria-label="Speed" value={time.speed.value}
        onChange={(event) => (time.speed.value = Number(event.currentTarget.value))}>
        {SPEEDS.map((speed) => <option key={speed} value={speed}>{speed}×</option>)}
      </select>
      <IconButton icon="close" name="Close the time slider" title="Close" id="time-close" onClick={() => time.choose(null)} />
    </header>
  );
}

interface LineProps extends Props {
  readonly column: DateColumn;
  readonly values: PageArray;
}

function Line({ explorer, column, values }: LineProps): JSX.Element {
  const { time } = explorer.looking;
  const mask = explorer.looking.counted.value;
  const edges = useMemo(() => binEdges(column, BINS), [column]);
  const all = useMemo(() => histogram(edges, values), [edges, values]);
  const selected = mask === null ? null : histogram(edges, values, mask.shown);
  const first = edges[0];
  const span = edges[edges.length - 1] - first;
  const at = (value: number): number => Math.min((value - first) / span, 1);
  const { from, to } = time.window.value;
  const whole = from <= column.min && to >= column.max;
  return (
    <>
      <Brush id="time-brush" name={`Window of ${column.name}`} step={1 / all.length} say={(t) => write(first + t * span, column)}
        span={whole ? null : { from: at(from), to: to >= column.max ? 1 : at(to) }}
        change={(next) => {
          time.playing.value = false;
          const window = next === null ? { from: column.min, to: column.max } : { from: first + next.from * span, to: first + next.to * span };
          time.set(next === null ? window : snapped(window, edges, column), "time");
        }}
        settle={() => time.settle()}>
        <Bars counts={all} selected={selected} height={HEIGHT} />
      </Brush>
      <div class="ticks">
        {dateTicks(column.min, column.max, MOST_TICKS).map(({ value, text }) => (
          <span key={value} class={at(value) < 0.05 ? "tick start" : at(value) > 0.95 ? "tick end" : "tick"} style={{ left: `${100 * at(value)}%` }}>{text}</span>
        ))}
      </div>
    </>
  );
}

/** As finely as the column itself. */
function write(value: number, column: DateColumn): string {
  const hours = column.unit === "second" && column.max - column.min < 60 * 86_400_000;
  const unit: DateUnit = hours ? "minute" : column.unit === "month" ? "month" : "day";
  return formatDate(value, unit);
}
