/** What the page asks of whatever draws the points. The back ends are interchangeable. */

import type { Box, View } from "../map/view";
import type { Scene } from "./layers";

/** A run of points whose place is known, so that one that lies outside the window is passed over whole. */
export interface Run {
  readonly level: number;
  readonly start: number;
  readonly count: number;
  readonly box: Box;
}

/**
 * Points in page order. `runs` are those that have arrived; each level is a fair sample of what the
 * levels before it left over, but a part of a level is not fair: inside one, points lie in Z-order.
 */
export interface Points {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly runs: readonly Run[];
  /** How many points there will be, and how many have arrived. */
  readonly total: number;
  readonly loaded: number;
}

/** `index[i]` names the colour of point i in `palette`, which is float32 [K, 3], sRGB 0..255. */
export interface Colors {
  readonly index: Uint16Array;
  readonly palette: Float32Array;
  /** How many points at the beginning have their colours already; all, if it is not given. */
  readonly known?: number;
}

export type Rgb = readonly [number, number, number];

export interface Theme {
  readonly dark: boolean;
  readonly background: Rgb;
  /** The colour of points that a mask leaves out. */
  readonly muted: Rgb;
}

/** 1 for the points to show, 0 for those to dim; and how many are shown. */
export interface Mask {
  readonly shown: Uint8Array;
  readonly count: number;
}

/** How large points are drawn, as a factor of what suits the map and the window, and how solid, 0..1. */
export interface Look {
  readonly size: number;
  readonly opacity: number;
}

/** How to draw one frame. */
export interface Frame {
  readonly view: View;
  /** Draw about as many points, as a fair sample of those in the window; `Infinity` for all. */
  readonly budget: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

export interface Drawn {
  /** Points considered, for `Budget.learn`. */
  readonly count: number;
  readonly milliseconds: number;
}

/**
 * Draws scenes. A scene is never changed, only exchanged: a back end compares its parts with those of the last one
 * to know what it must send on.
 */
export interface Renderer {
  readonly name: "cpu" | "webgl2";
  /** Where the work is done. */
  readonly place: "page" | "worker" | "gpu";
  /** Draw, and call `done` when the picture can be seen. Where another call comes before that, `done` may never be called. */
  draw(scene: Scene, frame: Frame, done: (drawn: Drawn) => void): void;
  /** Draw onto a canvas of its own. */
  capture(scene: Scene, frame: Frame): Promise<HTMLCanvasElement>;
  /** Whoever uses the back end sets it: called when the last picture was lost, and has to be drawn again. */
  redraw?: () => void;
  destroy(): void;
}
