/** The lasso for the keyboard: arrow keys move a cross, Enter sets a corner, Enter at a corner's place closes the shape. */

import type { LassoJoin, Polygon } from "../state/map_port";
import { areaOf, joinOf, SMALLEST_AREA } from "./lasso";
import { clamp, type Point, type Size } from "./view";

/** Pixels that an arrow key moves the cross by, alone and with shift. */
const STEP = 12;
const LEAP = 60;
/** Enter so near to the first or the last corner (pixels) means that corner. */
const SAME = 9;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

export interface KeyLassoEvents {
  /** What is drawn has changed: the way with the cross as its last place, and where the cross is. */
  drawn(way: Polygon, cross: Point | null): void;
  caught(corners: Polygon, join: LassoJoin): void;
  /** What happened, in words for whoever cannot see it. */
  said(text: string): void;
}

export class KeyLasso {
  private corners: Point[] = [];
  private cross: Point | null = null;

  constructor(
    private readonly size: () => Size,
    /** Where the cross begins: the middle of what no panel covers. */
    private readonly middle: () => Point,
    private readonly events: KeyLassoEvents,
  ) {}

  get active(): boolean {
    return this.cross !== null;
  }

  /** Take a key; false if it means nothing here. */
  take(event: KeyboardEvent): boolean {
    const arrow = event.altKey || event.ctrlKey || event.metaKey ? undefined : ARROWS[event.key];
    if (arrow !== undefined) this.move(arrow, event.shiftKey ? LEAP : STEP);
    else if (event.key === "Enter") this.corner(event);
    else if (event.key === "Backspace" && this.corners.length > 0) this.back();
    else if (event.key === "Escape" && this.active) this.stop("Lasso given up.");
    else return false;
    return true;
  }

  /** Take the cross away, and what was drawn. */
  stop(text = ""): void {
    if (!this.active) return;
    this.corners = [];
    this.cross = null;
    this.events.drawn([], null);
    this.events.said(text);
  }

  private move([x, y]: readonly [number, number], by: number): void {
    const { width, height } = this.size();
    const { cross } = this;
    if (cross === null) this.events.said("Arrow keys move the cross, Enter sets a corner, Enter once more closes the shape, Escape gives up.");
    const from = cross ?? this.middle();
    this.cross = { x: clamp(from.x + x * by, 0, width), y: clamp(from.y + y * by, 0, height) };
    this.show();
  }

  private corner(event: KeyboardEvent): void {
    const cross = this.cross ?? this.middle();
    this.cross = cross;
    const closes = this.corners.length > 2 && [this.corners[0], this.corners[this.corners.length - 1]].some((one) => isNear(one, cross));
    if (closes) this.close(event);
    else if (this.corners.length === 0 || !isNear(this.corners[this.corners.length - 1], cross)) {
      this.corners.push(cross);
      this.events.said(`Corner ${this.corners.length} set.`);
      this.show();
    } else this.events.said("A shape has three corners at least.");
  }

  private back(): void {
    this.corners.pop();
    this.events.said(`Corner ${this.corners.length + 1} taken back.`);
    this.show();
  }

  private close(event: KeyboardEvent): void {
    const corners = this.corners;
    if (Math.abs(areaOf(corners)) < SMALLEST_AREA) {
      this.stop("The shape encloses nothing.");
      return;
    }
    this.stop("Shape closed.");
    this.events.caught(corners, joinOf(event, "lasso"));
  }

  private show(): void {
    const { cross } = this;
    if (cross !== null) this.events.drawn(this.corners.length === 0 ? [] : [...this.corners, cross], cross);
  }
}

function isNear(one: Point, other: Point): boolean {
  return Math.hypot(one.x - other.x, one.y - other.y) <= SAME;
}
