/** The inner loops of the CPU back end: add points as discs to a surface. */

import { PHASES, type Kernel } from "./kernel";
import { MARGIN, type Surface } from "./surface";

/** A surface, the mapping of the plane to its pixels, and where the points are. */
export interface Easel {
  readonly surface: Surface;
  readonly kernel: Kernel;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export interface Paint {
  readonly index: Uint16Array;
  readonly palette: Float32Array;
}

/** Which points a loop draws: those whose `marks` entry is `wanted`; all when there are no marks. */
export interface Filter {
  readonly marks: Uint8Array;
  readonly wanted: number;
}

export function splatStretch(
  easel: Easel,
  paint: Paint,
  filter: Filter | null,
  start: number,
  end: number,
  step: number,
): void {
  if (easel.kernel.reach === 0) dots(easel, paint, filter, start, end, step);
  else discs(easel, paint, filter, start, end, step);
}

/** One pixel a point. All that the loop reads is in local variables: as properties they would cost as much as the work. */
function dots(easel: Easel, paint: Paint, filter: Filter | null, start: number, end: number, step: number): void {
  const { x, y, scaleX, scaleY, offsetX, offsetY } = easel;
  const { ink, stride, width, height } = easel.surface;
  const { index, palette } = paint;
  const marks = filter === null ? null : filter.marks;
  const wanted = filter === null ? 0 : filter.wanted;
  for (let next = start; next < end; next += step) {
    const i = next | 0;
    if (marks !== null && marks[i] !== wanted) continue;
    const px = x[i] * scaleX + offsetX;
    const py = y[i] * scaleY + offsetY;
    if (!(px >= 0 && px < width && py >= 0 && py < height)) continue;
    const color = index[i] * 3;
    const at = (((py | 0) + MARGIN) * stride + (px | 0) + MARGIN) * 4;
    ink[at] += palette[color];
    ink[at + 1] += palette[color + 1];
    ink[at + 2] += palette[color + 2];
    ink[at + 3] += 1;
  }
}

function discs(easel: Easel, paint: Paint, filter: Filter | null, start: number, end: number, step: number): void {
  const { x, y, scaleX, scaleY, offsetX, offsetY } = easel;
  const { ink, stride, width, height } = easel.surface;
  const { reach, offsets, coverage } = easel.kernel;
  const { index, palette } = paint;
  const marks = filter === null ? null : filter.marks;
  const wanted = filter === null ? 0 : filter.wanted;
  for (let next = start; next < end; next += step) {
    const i = next | 0;
    if (marks !== null && marks[i] !== wanted) continue;
    const px = x[i] * scaleX + offsetX;
    const py = y[i] * scaleY + offsetY;
    if (!(px >= -reach && px < width + reach && py >= -reach && py < height + reach)) continue;
    const left = Math.floor(px);
    const top = Math.floor(py);
    const phase = (((py - top) * PHASES) | 0) * PHASES + (((px - left) * PHASES) | 0);
    const offset = offsets[phase];
    const covers = coverage[phase];
    const color = index[i] * 3;
    const red = palette[color];
    const green = palette[color + 1];
    const blue = palette[color + 2];
    const center = ((top + MARGIN) * stride + left + MARGIN) * 4;
    for (let k = 0; k < offset.length; k++) {
      const at = center + offset[k];
      const covered = covers[k];
      ink[at] += red * covered;
      ink[at + 1] += green * covered;
      ink[at + 2] += blue * covered;
      ink[at + 3] += covered;
    }
  }
}
