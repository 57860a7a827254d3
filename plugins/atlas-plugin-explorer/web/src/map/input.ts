/** Pointer, wheel and keyboard on the map. */

import type { LassoJoin, Polygon, Tool } from "../state/map_port";
import { KeyLasso } from "./key_lasso";
import { joinOf, Lasso } from "./lasso";
import type { Motion } from "./motion";
import type { Point, Size } from "./view";

/** Pixels a pointer may slip and still click. */
const SLIP = 4;
const WHEEL = 0.0017;
/** One notch of a wheel must not leap. */
const LARGEST_WHEEL = 240;
const DOUBLE_CLICK_ZOOM = 2.2;
const KEY_ZOOM = 1.6;
const KEY_PAN = 0.16;

export interface InputEvents {
  /** A mouse rests or moves over a place; null when it has left. */
  hover(pixel: Point | null): void;
  /** A place was clicked or tapped. */
  click(pixel: Point, touch: boolean): void;
  /** A drag or pinch begins or ends. */
  grab(active: boolean): void;
  /** The way of a lasso that is being drawn has changed; empty when it ended or was given up. `cross` is where keys draw. */
  lasso(way: Polygon, cross: Point | null): void;
  /** A lasso was drawn; CSS pixels. */
  caught(corners: Polygon, join: LassoJoin): void;
  escape(): void;
  /** Something happened that only the eye would tell. */
  said(text: string): void;
}

export class MapInput {
  /** Pointers that are down, by id. */
  private readonly down = new Map<number, Point>();
  private start: Point | null = null;
  private readonly lasso = new Lasso();
  private lassoing = false;
  private readonly ended = new AbortController();
  private readonly keys: KeyLasso;
  private chosen: Tool = "move";

  constructor(
    private readonly element: HTMLElement,
    private readonly motion: Motion,
    private readonly events: InputEvents,
  ) {
    const { signal } = this.ended;
    const size = (): Size => ({ width: element.clientWidth, height: element.clientHeight });
    this.keys = new KeyLasso(size, () => motion.middle(), {
      drawn: (way, cross) => events.lasso(way, cross), caught: events.caught, said: events.said,
    });
    element.addEventListener("pointerdown", (event) => this.press(event), { signal });
    element.addEventListener("pointermove", (event) => this.move(event), { signal });
    element.addEventListener("pointerup", (event) => this.release(event, true), { signal });
    element.addEventListener("pointercancel", (event) => this.release(event, false), { signal });
    element.addEventListener("pointerleave", () => events.hover(null), { signal });
    element.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    element.addEventListener("dblclick", (event) => {
      motion.zoom(this.place(event), event.shiftKey ? 1 / DOUBLE_CLICK_ZOOM : DOUBLE_CLICK_ZOOM);
    }, { signal });
    element.addEventListener("keydown", (event) => this.key(event), { signal });
    element.addEventListener("blur", () => this.keys.stop(), { signal });
  }

  get tool(): Tool {
    return this.chosen;
  }

  set tool(tool: Tool) {
    this.chosen = tool;
    if (tool !== "lasso") this.keys.stop();
  }

  destroy(): void {
    this.ended.abort();
  }

  private place(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.keys.stop();
    this.element.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, this.place(event));
    this.start = this.down.size === 1 ? this.place(event) : null;
    // A second finger means a pinch, whatever the first one was drawing.
    this.stopLasso();
    this.lassoing = this.start !== null && (this.tool === "lasso" || event.shiftKey);
    if (this.lassoing) this.lasso.begin(this.place(event));
  }

  private move(event: PointerEvent): void {
    const before = this.down.get(event.pointerId);
    const place = this.place(event);
    if (before === undefined) {
      if (event.pointerType === "mouse") this.events.hover(place);
      return;
    }
    if (this.start !== null && Math.hypot(place.x - this.start.x, place.y - this.start.y) <= SLIP) return;
    if (this.start !== null || this.down.size > 1) this.events.grab(true);
    this.start = null;
    if (this.lassoing) this.draw(place);
    else if (this.down.size === 1) this.motion.drag(place.x - before.x, place.y - before.y);
    else if (this.down.size === 2) this.stretch(event.pointerId, before, place);
    this.down.set(event.pointerId, place);
  }

  private stretch(moved: number, before: Point, place: Point): void {
    const other = [...this.down].find(([id]) => id !== moved)?.[1];
    if (other === undefined) return;
    const distance = Math.max(Math.hypot(before.x - other.x, before.y - other.y), 1);
    const middle = { x: (place.x + other.x) / 2, y: (place.y + other.y) / 2 };
    this.motion.drag((place.x - before.x) / 2, (place.y - before.y) / 2);
    this.motion.pinch(middle, Math.hypot(place.x - other.x, place.y - other.y) / distance);
  }

  private draw(place: Point): void {
    this.lasso.reach(place);
    this.events.lasso(this.lasso.path, null);
  }

  /** End a lasso without a catch. */
  private stopLasso(): void {
    if (!this.lassoing) return;
    this.lassoing = false;
    this.lasso.cancel();
    this.events.lasso([], null);
  }

  /** End a lasso whose pointer is still down: what that does until it is lifted means nothing. */
  private giveUp(): void {
    this.stopLasso();
    this.down.clear();
    this.events.grab(false);
  }

  private release(event: PointerEvent, lifted: boolean): void {
    if (!this.down.delete(event.pointerId)) return;
    if (this.lassoing && lifted && this.start === null) {
      const corners = this.lasso.close();
      if (corners !== null) this.events.caught(corners, joinOf(event, this.tool));
    }
    this.stopLasso();
    if (this.down.size === 0) this.events.grab(false);
    if (lifted && this.start !== null) this.events.click(this.start, event.pointerType !== "mouse");
    this.start = null;
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    // Lines and pages come from old mice; a pinch on a touch pad comes as a wheel with ctrl, and finer.
    const unit = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 20 : 400;
    const delta = Math.max(Math.min(event.deltaY * unit, LARGEST_WHEEL), -LARGEST_WHEEL);
    this.motion.zoom(this.place(event), Math.exp(-delta * WHEEL * (event.ctrlKey ? 5 : 1)));
  }

  private key(event: KeyboardEvent): void {
    if (this.tool === "lasso" && this.keys.take(event)) {
      event.preventDefault();
      return;
    }
    // What is drawn lies on the screen: the map must not move below it.
    if (this.keys.active || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = Math.min(this.element.clientWidth, this.element.clientHeight) * KEY_PAN;
    const actions: Readonly<Record<string, () => void>> = {
      "+": () => this.motion.zoomMiddle(KEY_ZOOM),
      "=": () => this.motion.zoomMiddle(KEY_ZOOM),
      "-": () => this.motion.zoomMiddle(1 / KEY_ZOOM),
      _: () => this.motion.zoomMiddle(1 / KEY_ZOOM),
      "0": () => this.motion.goHome(),
      Home: () => this.motion.goHome(),
      ArrowLeft: () => this.motion.drag(step, 0),
      ArrowRight: () => this.motion.drag(-step, 0),
      ArrowUp: () => this.motion.drag(0, step),
      ArrowDown: () => this.motion.drag(0, -step),
      Escape: () => (this.lassoing ? this.giveUp() : this.events.escape()),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }
}
