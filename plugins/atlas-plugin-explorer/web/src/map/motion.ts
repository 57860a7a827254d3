/** Moves the view: at once under the finger, smoothly for steps, along a flight for far places. */

import { flight, type Flight } from "./flight";
import { boundsOf, clamp, clampView, fit, pan, toPlane, zoomAround } from "./view";
import type { Box, Insets, Point, Size, View } from "./view";

/** Milliseconds in which a smooth zoom covers 63 % of what is left. */
const EASE = 70;
const FLIGHT_BASE = 260;
const FLIGHT_PER_LENGTH = 170;
const LONGEST_FLIGHT = 1400;

/** What the motion is doing when it is not under a finger. */
type Course =
  | { readonly kind: "zoom"; readonly pixel: Point; readonly anchor: Point; readonly scale: number }
  | { readonly kind: "flight"; readonly path: Flight; readonly begun: number; readonly duration: number };

export class Motion {
  view: View = { x: 0, y: 0, scale: 1 };
  home: View = this.view;
  private course: Course | null = null;
  private last = 0;

  constructor(
    private readonly content: { readonly bounds: Box; readonly first: Box },
    private size: Size,
    private insets: Insets,
    private readonly changed: () => void,
    private readonly calm: () => boolean,
  ) {
    this.home = fit(content.first, size, insets);
    this.view = this.home;
  }

  get moving(): boolean {
    return this.course !== null;
  }

  /**
   * The window changed: keep what is in the middle there, or stay at home if that is where the view is. A panel that
   * opens over the map moves nothing; it is minded by the next flight.
   */
  resize(size: Size, insets: Insets): void {
    const atHome = this.atHome();
    const same = size.width === this.size.width && size.height === this.size.height;
    this.size = size;
    this.insets = insets;
    const before = this.home;
    this.home = fit(this.content.first, size, insets);
    if (same) return;
    this.course = null;
    this.set(atHome ? this.home : { ...this.view, scale: (this.view.scale * this.home.scale) / before.scale });
  }

  atHome(): boolean {
    const { view, home } = this;
    const near = Math.abs(view.x - home.x) + Math.abs(view.y - home.y) < 1 / home.scale;
    return near && Math.abs(view.scale / home.scale - 1) < 1e-3;
  }

  /** Go there at once. */
  jump(view: View): void {
    this.course = null;
    this.set(view);
  }

  drag(dx: number, dy: number): void {
    this.jump(pan(this.view, dx, dy));
  }

  /** Zoom at once around a pixel (two fingers). */
  pinch(pixel: Point, factor: number): void {
    this.jump(zoomAround(this.view, this.size, pixel, this.inRange(this.view.scale * factor)));
  }

  /** Zoom smoothly around a pixel; further steps add to what is under way. */
  zoom(pixel: Point, factor: number): void {
    const from = this.course?.kind === "zoom" ? this.course.scale : this.view.scale;
    const scale = this.inRange(from * factor);
    if (this.calm()) {
      this.jump(zoomAround(this.view, this.size, pixel, scale));
      return;
    }
    this.course = { kind: "zoom", pixel, anchor: toPlane(this.view, this.size, pixel), scale };
    this.begin();
  }

  /** Zoom around the middle of what no panel covers. */
  zoomMiddle(factor: number): void {
    this.zoom(this.middle(), factor);
  }

  /** The middle of what no panel covers, CSS pixels. */
  middle(): Point {
    const { size, insets } = this;
    return { x: (insets.left + size.width - insets.right) / 2, y: (insets.top + size.height - insets.bottom) / 2 };
  }

  goHome(): void {
    this.flyTo(this.home);
  }

  /** Fly so that `box` fills what no panel covers, but no nearer than `nearest` times the first view. */
  frame(box: Box, nearest: number): void {
    const { x0, y0, x1, y1 } = box;
    const [middleX, middleY] = [(x0 + x1) / 2, (y0 + y1) / 2];
    const view = fit(box, this.size, this.insets);
    // A place without extent says nothing about how near to go.
    const most = x1 > x0 || y1 > y0 ? nearest : Math.sqrt(nearest);
    const scale = Math.min(view.scale, this.home.scale * most);
    const closer = view.scale / scale;
    this.flyTo({ x: middleX + (view.x - middleX) * closer, y: middleY + (view.y - middleY) * closer, scale });
  }

  /** Bring a point of the plane to the middle of the free window, at least `zoom` times as near as the first view. */
  visit(point: Point, zoom: number): void {
    const scale = Math.max(this.view.scale, this.inRange(this.home.scale * zoom));
    const shiftX = (this.insets.left - this.insets.right) / 2;
    const shiftY = (this.insets.top - this.insets.bottom) / 2;
    this.flyTo({ x: point.x - shiftX / scale, y: point.y + shiftY / scale, scale });
  }

  /** Move on; called once a frame. */
  tick(now: number): void {
    const { course } = this;
    if (course === null) return;
    const passed = Math.min(now - this.last, 50);
    this.last = now;
    if (course.kind === "flight") {
      const t = clamp((now - course.begun) / course.duration, 0, 1);
      if (t === 1) this.course = null;
      this.set(course.path.at(t * t * (3 - 2 * t)));
      return;
    }
    const left = Math.log(course.scale / this.view.scale);
    const done = Math.abs(left) < 0.002;
    const scale = done ? course.scale : this.view.scale * Math.exp(left * (1 - Math.exp(-passed / EASE)));
    if (done) this.course = null;
    const { pixel, anchor } = course;
    this.set({
      x: anchor.x - (pixel.x - this.size.width / 2) / scale,
      y: anchor.y - (this.size.height / 2 - pixel.y) / scale,
      scale,
    });
  }

  private flyTo(target: View): void {
    const bounded = clampView(target, this.bounds(), this.size);
    if (this.calm()) {
      this.jump(bounded);
      return;
    }
    const path = flight(this.view, bounded, this.size);
    const duration = Math.min(FLIGHT_BASE + FLIGHT_PER_LENGTH * path.length, LONGEST_FLIGHT);
    this.course = { kind: "flight", path, begun: performance.now(), duration };
    this.begin();
  }

  private begin(): void {
    this.last = performance.now();
    this.changed();
  }

  private set(view: View): void {
    this.view = clampView(view, this.bounds(), this.size);
    this.changed();
  }

  private bounds(): ReturnType<typeof boundsOf> {
    return boundsOf(this.content.bounds, this.home, this.size);
  }

  private inRange(scale: number): number {
    const { minScale, maxScale } = this.bounds();
    return clamp(scale, minScale, maxScale);
  }
}
