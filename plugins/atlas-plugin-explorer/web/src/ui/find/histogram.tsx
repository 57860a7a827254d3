/** A histogram with a brush: a drag chooses a range, the two handles move by mouse and by keys. */

import { useRef } from "preact/hooks";
import type { HTMLAttributes, JSX } from "preact";

/** Pixels around a handle that take hold of it. */
const GRIP = 9;

interface HistogramProps {
  readonly name: string;
  readonly counts: readonly number[];
  /** Those of the selection; null without one. */
  readonly selected: readonly number[] | null;
  /** Where the range begins and ends, in bins. */
  readonly from: number;
  readonly to: number;
  /** What a place among the bins stands for, in words. */
  readonly say: (place: number) => string;
  readonly brush: (from: number, to: number) => void;
  readonly done: () => void;
}

export function Histogram(props: HistogramProps): JSX.Element {
  const { counts, selected, from, to } = props;
  const bins = counts.length;
  const box = useRef<HTMLDivElement>(null);
  const drag = useDrag(box, props);
  const share = (place: number): string => `${(100 * place) / Math.max(bins, 1)}%`;
  return (
    <div ref={box} title={selected === null ? undefined : "Grey: all rows. Blue: the selection, to a height of its own."}
      class={from > 0 || to < bins ? "histogram ranged" : "histogram"} {...drag}>
      <svg viewBox={`0 0 ${Math.max(bins, 1)} 1`} preserveAspectRatio="none" aria-hidden="true">
        <path class="bars" d={bars(counts)} />
        <path class={selected === null ? "bars chosen" : "bars counted"} d={bars(selected ?? counts)} />
      </svg>
      <div class="veil" style={{ left: 0, width: share(from) }} />
      <div class="veil" style={{ left: share(to), right: 0 }} />
      <Handle {...props} end="from" at={share(from)} />
      <Handle {...props} end="to" at={share(to)} />
    </div>
  );
}

/**
 * One path for all bars; what holds anything can be seen. All rows and those of the selection have a height of their
 * own each: the shapes are compared, and a small selection still has one.
 */
function bars(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  return counts.map((count, k) => {
    const height = count === 0 ? 0 : Math.max(count / most, 0.025);
    return `M${k + 0.06} 1V${(1 - height).toFixed(4)}H${k + 0.94}V1Z`;
  }).join("");
}

interface HandleProps extends HistogramProps {
  readonly end: "from" | "to";
  readonly at: string;
}

function Handle({ name, counts, from, to, say, brush, done, end, at }: HandleProps): JSX.Element {
  const place = end === "from" ? from : to;
  const bins = counts.length;
  const keys = (event: KeyboardEvent): void => {
    const next = stepOf(event.key, place, bins);
    if (next === null) return;
    event.preventDefault();
    if (end === "from") brush(Math.min(Math.max(next, 0), Math.ceil(to) - 1), to);
    else brush(from, Math.max(Math.min(next, bins), Math.floor(from) + 1));
  };
  return (
    <div class={`handle ${end}`} style={{ left: at }} role="slider" tabIndex={0} aria-label={`${name}: ${end}`} aria-valuemin={0}
      aria-valuemax={bins} aria-valuenow={Math.round(place)} aria-valuetext={say(place)} onKeyDown={keys} onBlur={done} />
  );
}

function stepOf(key: string, place: number, bins: number): number | null {
  const page = Math.max(Math.round(bins / 10), 1);
  const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -page, PageUp: page };
  if (key === "Home") return 0;
  if (key === "End") return bins;
  const step = steps[key];
  if (step === undefined) return null;
  return step < 0 ? Math.ceil(place) + step : Math.floor(place) + step;
}

type Drag = Pick<HTMLAttributes<HTMLDivElement>, "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel" | "onDblClick">;

function useDrag(box: { readonly current: HTMLDivElement | null }, { counts, from, to, brush, done }: HistogramProps): Drag {
  /** The end of the range that stays where it is. */
  const fixed = useRef<number | null>(null);
  const bins = counts.length;
  const placeOf = (event: PointerEvent): number => {
    const { left, width } = box.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return Math.min(Math.max(((event.clientX - left) / width) * bins, 0), bins);
  };
  const reach = (event: PointerEvent): void => {
    if (fixed.current === null) return;
    const place = placeOf(event);
    const [low, high] = [Math.min(fixed.current, place), Math.max(fixed.current, place)];
    brush(Math.floor(low + 0.02), Math.max(Math.ceil(high - 0.02), Math.floor(low + 0.02) + 1));
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0 || bins === 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const grip = (GRIP * bins) / (box.current?.clientWidth ?? 1);
      const place = placeOf(event);
      const ranged = from > 0 || to < bins;
      if (ranged && Math.abs(place - to) < grip) fixed.current = from;
      else if (ranged && Math.abs(place - from) < grip) fixed.current = to;
      else {
        fixed.current = place;
        reach(event);
      }
    },
    onPointerMove: reach,
    onPointerUp: () => {
      fixed.current = null;
      done();
    },
    onPointerCancel: () => {
      fixed.current = null;
      done();
    },
    onDblClick: () => brush(0, bins),
  };
}
