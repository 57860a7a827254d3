/** When the picture is drawn, and how: coarse enough to keep up while it moves, in full when it has come to rest. */

import { Budget } from "../render/budget";
import type { Scene } from "../render/layers";
import type { Drawn, Frame, Renderer } from "../render/renderer";
import type { Size, View } from "./view";

/** Milliseconds without change after which the picture is drawn in full. */
const SETTLE = 130;
/** Pixels of a picture at rest and of a moving one; above, it is drawn coarser and stretched. */
const REST_PIXELS = 9_000_000;
const MOVING_PIXELS = 1_400_000;
const HIGHEST_RATIO = 2;

export interface FrameHooks {
  /** Move on to the moment `now`. */
  tick(now: number): void;
  /** Whether something is under way that will change the view. */
  busy(): boolean;
  view(): View;
  /** A picture is on its way that will differ from the one that is seen. */
  begun(): void;
  /** The picture of a view can be seen: what lies over it must fit. */
  painted(view: View, moving: boolean): void;
  rested(): void;
}

export class Frames {
  private readonly budget = new Budget();
  /** The picture that is being drawn. */
  private drawing: Frame | null = null;
  private shown: View | null = null;
  /** Points of the picture that is seen, of those in the window. */
  drawn = 0;
  private changedAt = -Infinity;
  private stale = true;
  private coarse = false;
  private scheduled = 0;
  private over = false;

  constructor(
    readonly renderer: Renderer,
    public scene: Scene,
    private readonly hooks: FrameHooks,
  ) {
    renderer.redraw = () => this.repaint();
  }

  /** Draw anew with some parts of the scene exchanged. */
  change(part: Partial<Scene>): void {
    this.scene = { ...this.scene, ...part };
    this.repaint();
  }

  /** The view has changed, and may go on changing. */
  moved(): void {
    this.changedAt = performance.now();
    this.repaint();
  }

  /** Only what lies over the picture has changed. */
  schedule(): void {
    if (this.scheduled !== 0 || this.over) return;
    this.scheduled = requestAnimationFrame((now) => {
      this.scheduled = 0;
      this.frame(now);
    });
  }

  destroy(): void {
    this.over = true;
    cancelAnimationFrame(this.scheduled);
    this.renderer.destroy();
  }

  private repaint(): void {
    this.stale = true;
    this.schedule();
  }

  private frame(now: number): void {
    this.hooks.tick(now);
    const moving = this.hooks.busy() || now - this.changedAt < SETTLE;
    if (this.stale || (this.coarse && !moving)) this.paint(moving);
    else if (this.drawing === null && this.shown !== null) this.hooks.painted(this.shown, moving);
    if (moving || this.stale) this.schedule();
    else if (this.drawing === null) this.hooks.rested();
  }

  private paint(moving: boolean): void {
    // A moving picture is seen through, or nothing would be seen in a long motion; one in full can wait for better times.
    if (this.drawing !== null && this.drawing.budget !== Infinity) return;
    const best = this.ratio(REST_PIXELS);
    const ratio = moving ? Math.min(this.ratio(MOVING_PIXELS), best) : best;
    const { loaded } = this.scene.points;
    const budget = moving ? Math.min(this.budget.points(loaded), Number.MAX_SAFE_INTEGER) : Infinity;
    const frame = { view: this.hooks.view(), budget, ratio };
    const coarse = moving && (budget < loaded || ratio < best);
    this.stale = false;
    this.drawing = frame;
    this.hooks.begun();
    this.renderer.draw(this.scene, frame, (drawn) => this.done(frame, drawn, coarse, best));
  }

  private done(frame: Frame, drawn: Drawn, coarse: boolean, best: number): void {
    if (this.drawing !== frame || this.over) return;
    const moving = frame.budget !== Infinity;
    this.budget.learn(drawn.count, moving ? drawn.milliseconds : (drawn.milliseconds * frame.ratio) / best);
    this.drawing = null;
    this.drawn = Math.round(drawn.count);
    this.coarse = coarse;
    this.shown = frame.view;
    this.hooks.painted(frame.view, moving || this.stale);
    this.schedule();
  }

  private ratio(mostPixels: number): number {
    const { size } = this.scene;
    return Math.min(window.devicePixelRatio || 1, HIGHEST_RATIO, Math.sqrt(mostPixels / areaOf(size)));
  }
}

function areaOf(size: Size): number {
  return size.width * size.height;
}
