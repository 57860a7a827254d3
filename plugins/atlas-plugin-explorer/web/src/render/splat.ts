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
  const whole = step === 1;
  const count = whole ? end - start : Math.floor((end - start) / step);
  const marks = filter?.marks;
  const wanted = filter?.wanted ?? 0;
  const single = easel.kernel.reach === 0;
  const { x, y, scaleX, scaleY, offsetX, offsetY, surface } = easel;
  const right = surface.width + easel.kernel.reach;
  const bottom = surface.height + easel.kernel.reach;
  const low = -easel.kernel.reach;
  for (let j = 0; j < count; j++) {
    const i = whole ? start + j : start + Math.floor(j * step);
    if (marks !== undefined && marks[i] !== wanted) continue;
    const px = x[i] * scaleX + offsetX;
    const py = y[i] * scaleY + offsetY;
    if (!(px >= low && px < right && py >= low && py < bottom)) continue;
    if (single) dot(surface, paint, i, px, py);
    else disc(easel, paint, i, px, py);
  }
}

export function splatList(easel: Easel, paint: Paint, positions: Uint32Array, step: number): void {
  const { x, y, scaleX, scaleY, offsetX, offsetY, surface, kernel } = easel;
  for (let j = 0; j < positions.length; j += step) {
    const i = positions[j];
    const px = x[i] * scaleX + offsetX;
    const py = y[i] * scaleY + offsetY;
    const reach = kernel.reach;
    if (!(px >= -reach && px < surface.width + reach && py >= -reach && py < surface.height + reach)) continue;
    if (reach === 0) dot(surface, paint, i, px, py);
    else disc(easel, paint, i, px, py);
  }
}

function dot(surface: Surface, paint: Paint, i: number, px: number, py: number): void {
  const { ink } = surface;
  const color = paint.index[i] * 3;
  const at = (((py | 0) + MARGIN) * surface.stride + (px | 0) + MARGIN) * 4;
  ink[at] += paint.palette[color];
  ink[at + 1] += paint.palette[color + 1];
  ink[at + 2] += paint.palette[color + 2];
  ink[at + 3] += 1;
}

function disc(easel: Easel, paint: Paint, i: number, px: number, py: number): void {
  const { surface, kernel } = easel;
  const { ink } = surface;
  const left = Math.floor(px);
  const top = Math.floor(py);
  const phase = ((py - top) * PHASES | 0) * PHASES + ((px - left) * PHASES | 0);
  const offsets = kernel.offsets[phase];
  const coverage = kernel.coverage[phase];
  const color = paint.index[i] * 3;
  const red = paint.palette[color];
  const green = paint.palette[color + 1];
  const blue = paint.palette[color + 2];
  const center = ((top + MARGIN) * surface.stride + left + MARGIN) * 4;
  for (let k = 0; k < offsets.length; k++) {
    const at = center + offsets[k];
    const covered = coverage[k];
    ink[at] += red * covered;
    ink[at + 1] += green * covered;
    ink[at + 2] += blue * covered;
    ink[at + 3] += covered;
  }
}
