/** What the page asks of whatever draws the points. The back ends are interchangeable. */

import type { Box, Point, Size, View } from "../map/view";

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

export interface Renderer {
  readonly name: "cpu" | "webgl2";
  setSize(size: Size): void;
  /** Hand over the points; called again as more arrive. `homeScale` is the scale of the first view. */
  setPoints(points: Points, homeScale: number): void;
  setColors(colors: Colors): void;
  /** Dim all but some points; null shows all. */
  setMask(mask: Mask | null): void;
  setTheme(theme: Theme): void;
  draw(frame: Frame): Drawn;
  /** Make ready for `pick`, which would otherwise take its time on the first call. */
  prepare(): void;
  /** Return the point nearest to the pixel (CSS) within `reach` pixels, or -1. */
  pick(view: View, pixel: Point, reach: number): number;
  /** Return the radius of a point in CSS pixels at this scale. */
  radius(scale: number): number;
}
