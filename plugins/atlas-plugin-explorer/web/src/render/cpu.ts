/** The back end that needs no GPU: points are added into memory and shown as an image (Canvas2D). */

import { toPlane, toScreen, type Box, type Point, type Size, type View } from "../map/view";
import { discKernel, type Kernel } from "./kernel";
import { PickGrid } from "./grid";
import { planDraw, type Plan } from "./plan";
import type { Colors, Drawn, Frame, Mask, Points, Renderer, Theme } from "./renderer";
import { pointRadius } from "./size";
import { splatStretch, type Easel, type Filter, type Paint } from "./splat";
import { Surface } from "./surface";
import { denseness, toneCurve } from "./tone";

/** How visible the points are that a mask leaves out. */
const DIMMED = 0.4;
/** Matching points are drawn larger than others, and at least this large (CSS pixels), so that a handful is seen. */
const EMPHASIS = 1.3;
const SMALLEST_MATCH = 1.6;

const NO_POINTS: Points = { x: new Float32Array(), y: new Float32Array(), runs: [], total: 0, loaded: 0 };

export class CpuRenderer implements Renderer {
  readonly name = "cpu";
  private readonly context: CanvasRenderingContext2D;
  private size: Size = { width: 1, height: 1 };
  private points = NO_POINTS;
  private homeScale = 1;
  private density = 0;
  private colors: Colors = { index: new Uint16Array(), palette: new Float32Array(3) };
  private mutedIndex = new Uint16Array();
  private mask: Mask | null = null;
  private theme: Theme = { dark: false, background: [255, 255, 255], muted: [128, 128, 128] };
  private grid: PickGrid | null = null;
  /** One surface per resolution: a moving picture may be coarser than one at rest. */
  private readonly surfaces = new Map<number, Surface>();
  private readonly kernels = new Map<string, Kernel>();

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("This browser offers no 2D canvas.");
    this.context = context;
  }

  setSize(size: Size): void {
    this.size = size;
    this.surfaces.clear();
    this.kernels.clear();
  }

  setPoints(points: Points, homeScale: number): void {
    this.points = points;
    this.homeScale = homeScale;
    this.density = denseness(points);
    this.grid = null;
    if (this.mutedIndex.length < points.x.length) this.mutedIndex = new Uint16Array(points.x.length);
    // Positions may come before colours: until then all points are quiet.
    if (this.colors.index.length < points.x.length) {
      this.colors = { index: this.mutedIndex, palette: Float32Array.from(this.theme.muted) };
    }
  }

  setColors(colors: Colors): void {
    this.colors = colors;
  }

  setMask(mask: Mask | null): void {
    this.mask = mask;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
  }

  radius(scale: number): number {
    return pointRadius(this.points.total, this.size, scale / this.homeScale);
  }

  draw(frame: Frame): Drawn {
    const begun = performance.now();
    const surface = this.surface(frame.ratio);
    surface.paper(this.theme);
    const count = this.mask === null ? this.drawAll(surface, frame) : this.drawMasked(surface, frame, this.mask);
    if (this.canvas.width !== surface.width || this.canvas.height !== surface.height) {
      this.canvas.width = surface.width;
      this.canvas.height = surface.height;
    }
    this.context.putImageData(surface.image, 0, 0);
    return { count, milliseconds: performance.now() - begun };
  }

  prepare(): void {
    if (this.points.loaded > 0) this.grid ??= new PickGrid(this.points, boxOf(this.points));
  }

  pick(view: View, pixel: Point, reach: number): number {
    this.prepare();
    const place = toPlane(view, this.size, pixel);
    return this.grid?.nearest(place.x, place.y, reach / view.scale, this.mask?.shown ?? null) ?? -1;
  }

  private drawAll(surface: Surface, frame: Frame): number {
    const radius = this.radius(frame.view.scale) * frame.ratio;
    const easel = this.easel(surface, frame, radius);
    const plan = planDraw(this.points, this.window(frame.view), frame.budget);
    this.splat(easel, this.colors, null, plan);
    const ink = (this.density * easel.kernel.area) / (frame.view.scale * frame.ratio) ** 2;
    surface.tone(toneCurve(ink, plan.fraction), this.theme, 1);
    return plan.count;
  }

  /** Two layers: all points that the mask leaves out in one quiet colour, then the others on top. */
  private drawMasked(surface: Surface, frame: Frame, mask: Mask): number {
    const radius = this.radius(frame.view.scale) * frame.ratio;
    const perPixel = this.density / (frame.view.scale * frame.ratio) ** 2;
    const quiet = this.easel(surface, frame, radius);
    const muted: Paint = { index: this.mutedIndex, palette: Float32Array.from(this.theme.muted) };
    const plan = planDraw(this.points, this.window(frame.view), frame.budget);
    const filter = { marks: mask.shown, wanted: 0 };
    this.splat(quiet, muted, filter, plan);
    surface.tone(toneCurve(perPixel * quiet.kernel.area, plan.fraction), { ...this.theme, dark: false }, DIMMED);

    const share = mask.count / Math.max(this.points.total, 1);
    // A few matches are all drawn, even while moving: a sample could leave them out.
    const all = planDraw(this.points, this.window(frame.view), mask.count <= frame.budget ? Infinity : frame.budget);
    const larger = Math.min(radius * EMPHASIS, radius + frame.ratio);
    const visible = Math.min(SMALLEST_MATCH, 1 / Math.sqrt(share + 1e-9)) * frame.ratio;
    const bright = this.easel(surface, frame, share > 0.5 ? radius : Math.max(larger, visible));
    this.splat(bright, this.colors, { marks: mask.shown, wanted: 1 }, all);
    surface.tone(toneCurve(perPixel * share * bright.kernel.area, all.fraction), this.theme, 1);
    return plan.count;
  }

  private splat(easel: Easel, paint: Paint, filter: Filter | null, plan: Plan): void {
    for (const { start, end, step } of plan.stretches) splatStretch(easel, paint, filter, start, end, step);
  }

  private easel(surface: Surface, frame: Frame, radius: number): Easel {
    const origin = toScreen(frame.view, this.size, { x: 0, y: 0 });
    const scale = frame.view.scale * frame.ratio;
    return {
      surface,
      kernel: this.kernel(radius, surface.stride),
      x: this.points.x,
      y: this.points.y,
      scaleX: scale,
      scaleY: -scale,
      offsetX: origin.x * frame.ratio,
      offsetY: origin.y * frame.ratio,
    };
  }

  private kernel(radius: number, stride: number): Kernel {
    // Steps of a sixteenth of a pixel: finer is not seen, and keeps the number of kernels small while zooming.
    const rounded = Math.round(radius * 16) / 16;
    const key = `${rounded} ${stride}`;
    const known = this.kernels.get(key);
    if (known !== undefined) return known;
    const made = discKernel(rounded, stride);
    this.kernels.set(key, made);
    return made;
  }

  private surface(ratio: number): Surface {
    const known = this.surfaces.get(ratio);
    if (known !== undefined) return known;
    const made = new Surface(
      Math.max(Math.round(this.size.width * ratio), 1),
      Math.max(Math.round(this.size.height * ratio), 1),
    );
    this.surfaces.set(ratio, made);
    return made;
  }

  private window(view: View): Box {
    const slack = this.radius(view.scale) + 2;
    const topLeft = toPlane(view, this.size, { x: -slack, y: -slack });
    const bottomRight = toPlane(view, this.size, { x: this.size.width + slack, y: this.size.height + slack });
    return { x0: topLeft.x, y0: bottomRight.y, x1: bottomRight.x, y1: topLeft.y };
  }
}

function boxOf(points: Points): Box {
  return {
    x0: Math.min(...points.runs.map((run) => run.box.x0)),
    y0: Math.min(...points.runs.map((run) => run.box.y0)),
    x1: Math.max(...points.runs.map((run) => run.box.x1)),
    y1: Math.max(...points.runs.map((run) => run.box.y1)),
  };
}
