/** The map itself: two canvases, what they show, and when they are drawn again. */

import type { Topic } from "../api/format";
import { boxOf } from "../api/loader";
import type { IndexFile } from "../api/format";
import { DARK, LIGHT } from "../color/theme";
import { LabelLayer, type ShownLabel } from "../labels/layer";
import type { Ink } from "../labels/sprite";
import { Budget } from "../render/budget";
import { CpuRenderer } from "../render/cpu";
import type { Colors, Mask, Points, Renderer } from "../render/renderer";
import { MapInput } from "./input";
import { Motion } from "./motion";
import { drawRing } from "./ring";
import { toPlane, toScreen, type Insets, type Point, type Size, type View } from "./view";

/** Milliseconds without change after which the picture is drawn in full. */
const SETTLE = 130;
/** Pixels of a picture at rest and of a moving one; above, it is drawn coarser and stretched. */
const REST_PIXELS = 9_000_000;
const MOVING_PIXELS = 1_400_000;
const HIGHEST_RATIO = 2;
/** How far from a point (CSS pixels) one may point and still mean it. */
const REACH_MOUSE = 8;
const REACH_TOUCH = 18;
/** Labels step back while points are singled out. */
const LABELS_MASKED = 0.72;

export interface StageEvents {
  hovered(position: number): void;
  picked(position: number): void;
  escaped(): void;
  labelsShown(labels: readonly ShownLabel[]): void;
  /** The view has changed: what lies beside a point must follow. */
  moved(): void;
  /** The picture came to rest at this view. */
  rested(view: View): void;
}

export interface StageParts {
  readonly host: HTMLElement;
  readonly picture: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
}

export class Stage {
  readonly motion: Motion;
  private readonly renderer: Renderer;
  private readonly labels: LabelLayer;
  private readonly budget = new Budget();
  private readonly pen: CanvasRenderingContext2D;
  private points: Points | null = null;
  private topics: readonly Topic[] = [];
  private masked = false;
  private dark = false;
  private rings: readonly number[] = [];
  private grabbed = false;
  private changedAt = -Infinity;
  private pictureStale = true;
  private coarse = false;
  private scheduled = false;

  constructor(
    private readonly parts: StageParts,
    index: IndexFile,
    private size: Size,
    private insets: Insets,
    private readonly events: StageEvents,
    calm: () => boolean,
  ) {
    const pen = parts.overlay.getContext("2d");
    if (pen === null) throw new Error("This browser offers no 2D canvas.");
    this.pen = pen;
    this.labels = new LabelLayer(pen);
    this.renderer = new CpuRenderer(parts.picture);
    const content = { bounds: boxOf(index.bounds), first: boxOf(index.view) };
    this.motion = new Motion(content, size, insets, () => this.moved(), calm);
    this.listen();
    this.fitCanvases();
  }

  resize(size: Size, insets: Insets): void {
    this.size = size;
    this.insets = insets;
    this.fitCanvases();
    this.motion.resize(size, insets);
    if (this.points !== null) this.renderer.setPoints(this.points, this.motion.home.scale);
    this.labels.setTopics(this.topics, this.motion.home.scale, size);
    this.repaint();
  }

  setPoints(points: Points): void {
    this.points = points;
    this.renderer.setPoints(points, this.motion.home.scale);
    this.repaint();
  }

  setColors(colors: Colors): void {
    this.renderer.setColors(colors);
    this.repaint();
  }

  setMask(mask: Mask | null): void {
    this.masked = mask !== null;
    this.renderer.setMask(mask);
    this.repaint();
  }

  setDark(dark: boolean): void {
    this.dark = dark;
    this.renderer.setTheme(dark ? DARK : LIGHT);
    this.repaint();
  }

  setTopics(topics: readonly Topic[]): void {
    this.topics = topics;
    this.labels.setTopics(topics, this.motion.home.scale, this.size);
    this.schedule();
  }

  setInks(inks: ReadonlyMap<number, Ink>): void {
    this.labels.setInks(inks);
    this.schedule();
  }

  /** Mark points with a ring. */
  setRings(positions: readonly number[]): void {
    this.rings = positions;
    this.schedule();
  }

  /** Return where a point is in the window, CSS pixels; null before it has arrived. */
  locate(position: number): Point | null {
    const place = this.placeOf(position);
    return place === null ? null : toScreen(this.motion.view, this.size, place);
  }

  visit(position: number, zoom: number): void {
    const place = this.placeOf(position);
    if (place !== null) this.motion.visit(place, zoom);
  }

  private placeOf(position: number): Point | null {
    const { points } = this;
    const arrived = points?.runs.some((run) => position >= run.start && position < run.start + run.count);
    return points !== null && arrived === true ? { x: points.x[position], y: points.y[position] } : null;
  }

  private listen(): void {
    new MapInput(this.parts.host, this.motion, {
      hover: (pixel) => this.events.hovered(pixel === null ? -1 : this.at(pixel, REACH_MOUSE)),
      click: (pixel, touch) => this.events.picked(this.at(pixel, touch ? REACH_TOUCH : REACH_MOUSE)),
      grab: (active) => {
        this.grabbed = active;
        this.parts.host.classList.toggle("grabbed", active);
        if (active) this.events.hovered(-1);
        this.schedule();
      },
      escape: () => this.events.escaped(),
    });
  }

  private at(pixel: Point, reach: number): number {
    const { view } = this.motion;
    return this.renderer.pick(view, pixel, Math.max(reach, this.renderer.radius(view.scale) + 2));
  }

  private moved(): void {
    this.changedAt = performance.now();
    this.repaint();
  }

  private repaint(): void {
    this.pictureStale = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame((now) => {
      this.scheduled = false;
      this.frame(now);
    });
  }

  private frame(now: number): void {
    this.motion.tick(now);
    const moving = this.motion.moving || this.grabbed || now - this.changedAt < SETTLE;
    if (this.pictureStale || (this.coarse && !moving)) this.paintPicture(moving);
    this.paintOverlay(moving);
    if (moving) this.events.moved();
    if (this.motion.moving || this.pictureStale || moving) this.schedule();
    else this.rest();
  }

  private rest(): void {
    this.events.rested(this.motion.view);
    if (this.points !== null && this.points.loaded === this.points.total) whenIdle(() => this.renderer.prepare());
  }

  private paintPicture(moving: boolean): void {
    const loaded = this.points?.loaded ?? 0;
    const best = this.ratio(REST_PIXELS);
    const ratio = moving ? Math.min(this.ratio(MOVING_PIXELS), best) : best;
    const budget = moving ? this.budget.points(loaded) : Infinity;
    const drawn = this.renderer.draw({ view: this.motion.view, budget, ratio });
    this.budget.learn(drawn.count, moving ? drawn.milliseconds : (drawn.milliseconds * ratio) / best);
    this.coarse = moving && (budget < loaded || ratio < best);
    this.pictureStale = false;
  }

  private paintOverlay(moving: boolean): void {
    const { pen, size } = this;
    const { view } = this.motion;
    const ratio = overlayRatio();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const shown = this.labels.draw(pen, { view, size, left: this.insets.left }, ratio, this.masked ? LABELS_MASKED : 1);
    for (const position of this.rings) {
      const pixel = this.locate(position);
      if (pixel !== null) drawRing(pen, pixel, this.renderer.radius(view.scale), this.dark);
    }
    this.describe(view, moving);
    if (!moving) this.events.labelsShown(shown);
  }

  /** Say in attributes what the canvases show, for tests and for tools that cannot see. */
  private describe(view: View, moving: boolean): void {
    const middle = toPlane(view, this.size, { x: this.size.width / 2, y: this.size.height / 2 });
    Object.assign(this.parts.host.dataset, {
      renderer: this.renderer.name,
      state: moving || this.pictureStale ? "moving" : "resting",
      x: String(middle.x),
      y: String(middle.y),
      zoom: String(view.scale / this.motion.home.scale),
      points: String(this.points?.loaded ?? 0),
      labels: String(this.labels.count),
    });
  }

  private ratio(mostPixels: number): number {
    const fitting = Math.sqrt(mostPixels / (this.size.width * this.size.height));
    return Math.min(window.devicePixelRatio || 1, HIGHEST_RATIO, fitting);
  }

  private fitCanvases(): void {
    const ratio = overlayRatio();
    this.renderer.setSize(this.size);
    this.parts.overlay.width = Math.round(this.size.width * ratio);
    this.parts.overlay.height = Math.round(this.size.height * ratio);
  }
}

/** Safari has no requestIdleCallback. */
function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(work);
  else setTimeout(work, SETTLE);
}

function overlayRatio(): number {
  return Math.min(window.devicePixelRatio || 1, 3);
}
