/** From how much ink lies on a pixel to how opaque it looks: single points stay visible, dense areas keep their shape. */

import type { Points } from "./renderer";

/** Ink up to this multiple of the reference is told apart; the table ends there. */
const HEADROOM = 4;
export const TONE_STEPS = 1024;

export interface Tone {
  /** Opacity 0..1 at step `sqrt(ink / most) * (TONE_STEPS - 1)`. */
  readonly opacity: Float32Array;
  /** How far the colour goes to its deep end, 0..1, at the same step. */
  readonly depth: Float32Array;
  readonly most: number;
}

/**
 * Return the curve for pictures in which dense areas carry `reference` points on a pixel.
 *
 * `fraction` is the part of the points that is drawn: a sample gets the exposure of the whole, so that the
 * picture does not pale while it moves.
 */
export function toneCurve(reference: number, fraction: number, dark = false): Tone {
  const dense = Math.max(reference, 1);
  // On paper faint colours are pale, in the dark they are dull: there a single point is more solid.
  const single = dark ? 0.96 / (1 + 0.2 * Math.log(dense)) : 0.9 / (1 + 0.3 * Math.log(dense));
  const most = Math.max(dense * HEADROOM * fraction, 2);
  const opacity = new Float32Array(TONE_STEPS);
  const depth = new Float32Array(TONE_STEPS);
  const span = Math.log(1 + dense);
  for (let step = 0; step < TONE_STEPS; step++) {
    const ink = most * (step / (TONE_STEPS - 1)) ** 2;
    const whole = Math.max(ink, 1) / fraction;
    const rise = Math.min(Math.log(whole) / span, 1);
    const full = single + (0.98 - single) * rise;
    opacity[step] = Math.min(ink, 1) * full;
    depth[step] = Math.min(Math.max(Math.log(whole / dense) / Math.log(HEADROOM), 0), 1);
  }
  return { opacity, depth, most };
}

const GRID = 256;

/**
 * Return how many points share a square unit of the plane where it is dense: the 95th percentile over the cells of
 * a grid that hold any. It does not depend on where the window looks, so a picture does not flicker as it moves.
 */
export function denseness(points: Points): number {
  // The coarsest level is a fair sample of the whole, and is there first.
  const sample = points.runs.filter((run) => run.level === points.runs[0].level);
  const sampled = sample.reduce((sum, run) => sum + run.count, 0);
  if (sampled === 0) return 0;
  const x0 = Math.min(...sample.map((run) => run.box.x0));
  const y0 = Math.min(...sample.map((run) => run.box.y0));
  const x1 = Math.max(...sample.map((run) => run.box.x1));
  const y1 = Math.max(...sample.map((run) => run.box.y1));
  const cell = Math.max(x1 - x0, y1 - y0, 1e-12) / GRID;
  const counts = new Uint32Array(GRID * GRID);
  for (const run of sample) {
    for (let i = run.start; i < run.start + run.count; i++) {
      const column = Math.min(Math.floor((points.x[i] - x0) / cell), GRID - 1);
      const row = Math.min(Math.floor((points.y[i] - y0) / cell), GRID - 1);
      counts[row * GRID + column]++;
    }
  }
  const filled = counts.filter((count) => count > 0).sort();
  const dense = filled[Math.floor(filled.length * 0.95)];
  return (dense * (points.total / sampled)) / (cell * cell);
}
