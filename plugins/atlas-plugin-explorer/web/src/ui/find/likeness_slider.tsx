/** How like what was asked a row must be, or how many of the nearest are meant. */

import type { JSX } from "preact";
import { formatCount } from "../../color/ticks";
import type { Props } from "../app";

/** Steps of the slider; at few, single rows are told apart. */
const STEPS = 500;
const MOST_NEAREST = 1000;

export function LikenessSlider({ explorer }: Props): JSX.Element | null {
  const { finding, likeness } = explorer;
  const test = finding.condition.value?.test;
  if (finding.draft.value.mode === "text") return null;
  // Its place is there from the first, so that nothing jumps when the answer comes.
  if (test?.type !== "meaning" && test?.type !== "neighbors") {
    return <Slider explorer={explorer} name="Similarity" text="–" min={0} max={1} step={1} value={0} change={null} />;
  }
  const like = likeness.peek(test);
  if (test.type === "meaning" && test.similarity !== undefined) {
    const [low, high] = [like?.low ?? 0, like?.high ?? 1];
    return (
      <Slider explorer={explorer} name="Similarity" text={`≥ ${test.similarity.toFixed(2)}`} min={low} max={high} step={(high - low) / STEPS || 0.01}
        value={test.similarity} change={(similarity) => finding.type({ similarity: Number(similarity.toPrecision(4)) })} />
    );
  }
  const k = test.k ?? finding.draft.value.k;
  // The eye compares counts by their ratio.
  return (
    <Slider explorer={explorer} name="Nearest" text={formatCount(k)} min={0} max={Math.log(MOST_NEAREST)} step={0.02} value={Math.log(k)}
      change={(log) => finding.type({ k: Math.round(Math.exp(log)) })} />
  );
}

interface SliderProps extends Props {
  readonly name: string;
  readonly text: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** Null before there is anything to change. */
  readonly change: ((value: number) => void) | null;
}

function Slider({ explorer, name, text, min, max, step, value, change }: SliderProps): JSX.Element {
  return (
    <label class="likeness">
      <span>{name}</span>
      <input id="likeness" type="range" min={min} max={max} step={step} value={value} aria-valuetext={text} disabled={change === null}
        onInput={(event) => change?.(Number(event.currentTarget.value))} onPointerUp={() => explorer.selecting.settle()}
        onBlur={() => explorer.selecting.settle()} />
      <output>{text}</output>
    </label>
  );
}
