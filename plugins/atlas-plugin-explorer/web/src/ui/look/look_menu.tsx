/** How large and how solid the points are drawn. */

import type { JSX } from "preact";
import { USUAL_LOOK } from "../../state/looking";
import type { Look } from "../../state/map_port";
import type { Props } from "../app";

/** Sliders go by powers of two, as sizes are seen. */
const SIZES = { least: -2, most: 2, step: 0.25 } as const;

export function LookMenu({ explorer }: Props): JSX.Element {
  const { look } = explorer.looking;
  const { size, opacity } = look.value;
  const set = (part: Partial<Look>): void => {
    look.value = { ...look.peek(), ...part };
  };
  return (
    <div class="menu">
      <label class="slider">
        <span>Point size</span>
        <input id="point-size" type="range" min={SIZES.least} max={SIZES.most} step={SIZES.step} value={Math.log2(size)}
          aria-valuetext={`${size.toFixed(2)} times the usual`} onInput={(event) => set({ size: 2 ** Number(event.currentTarget.value) })} />
        <output>{`${new Intl.NumberFormat("en", { maximumSignificantDigits: 2 }).format(size)}×`}</output>
      </label>
      <label class="slider">
        <span>Opacity</span>
        <input id="opacity" type="range" min={0.05} max={1} step={0.05} value={opacity} aria-valuetext={`${Math.round(100 * opacity)} percent`}
          onInput={(event) => set({ opacity: Number(event.currentTarget.value) })} />
        <output>{`${Math.round(100 * opacity)} %`}</output>
      </label>
      <button type="button" id="usual-look" class="link" disabled={size === USUAL_LOOK.size && opacity === USUAL_LOOK.opacity}
        onClick={() => (look.value = USUAL_LOOK)}>
        As it was
      </button>
    </div>
  );
}
