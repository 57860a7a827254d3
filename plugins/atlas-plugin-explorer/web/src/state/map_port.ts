/** What the page asks of the map and what the map tells the page: `map/stage.ts` is the one that draws. */

import type { Topic } from "../api/format";
import type { ShownLabel } from "../labels/layer";
import type { Ink } from "../labels/sprite";
import type { Thumbnails } from "../map/thumbnails";
import type { Box, Insets, Point, Size, View } from "../map/view";
import type { Colors, Look, Mask, Points } from "../render/renderer";

/** A closed polygon in layout coordinates; the last corner is joined to the first. */
export type Polygon = readonly Point[];

/** What a drag on the map does. A drag with shift held down draws a lasso in any case. */
export type Tool = "move" | "lasso";

export type { Look };

/** How a lasso goes together with what is selected already. */
export type LassoJoin = "narrow" | "widen" | "exclude";

export interface MapPort {
  resize(size: Size, insets: Insets): void;
  setPoints(points: Points): void;
  setColors(colors: Colors): void;
  /** Dim all but some points; null shows all. Called up to once a frame while a time window plays. */
  setMask(mask: Mask | null): void;
  /** Points that are neither drawn nor found: their rows were deleted. One byte a point; null for none. */
  setHidden(hidden: Uint8Array | null): void;
  setLook(look: Look): void;
  setDark(dark: boolean): void;
  setTopics(topics: readonly Topic[]): void;
  setInks(inks: ReadonlyMap<number, Ink>): void;
  /** Show rows' pictures in place of their points where there is room. */
  setThumbnails(thumbnails: Thumbnails): void;
  /** Mark points with a ring; the first is the one whose row is open. */
  setRings(positions: readonly number[]): void;
  setTool(tool: Tool): void;
  /** Draw outlines of areas: the lassos of the selection, the hull of a topic that is pointed at in a list. */
  setOutlines(outlines: readonly Polygon[]): void;

  /** Where a point is in the window, CSS pixels; null before it has arrived. */
  locate(position: number): Point | null;
  /** Fly to a point, at least `zoom` times as near as the first view. */
  visit(position: number, zoom: number): void;
  /** Fly so that the box fills what the panels leave free. */
  frame(box: Box): void;
  zoom(factor: number): void;
  goHome(): void;
  atHome(): boolean;
  view(): View;
  jump(view: View): void;

  /** The picture as it is, with its labels, at `ratio` device pixels per CSS pixel, as PNG. */
  png(ratio: number): Promise<Blob>;
  /** The picture as SVG: points as an image inside, labels as text. */
  svg(ratio: number): Promise<string>;
  destroy(): void;
}

export interface MapEvents {
  hovered(position: number): void;
  /** A click; -1 where there is no point. */
  picked(position: number): void;
  labelPicked(topic: Topic): void;
  lassoed(polygon: Polygon, join: LassoJoin): void;
  escaped(): void;
  /** Something happened that only the eye would tell. */
  said(text: string): void;
  labelsShown(labels: readonly ShownLabel[]): void;
  /** The view has changed: what lies beside a point must follow. */
  moved(): void;
  /** The picture came to rest at this view. */
  rested(view: View): void;
}
