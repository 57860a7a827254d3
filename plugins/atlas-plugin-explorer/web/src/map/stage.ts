/** The map itself: two canvases, what they show, and when they are drawn again. */

import { LATE } from "#late";
import { boxOf } from "../api/loader";
import type { IndexFile, Topic } from "../api/format";
import { DARK, LIGHT } from "../color/theme";
import type { Ink } from "../labels/sprite";
import { emptyScene, radiusOf } from "../render/layers";
import { nearest } from "../render/picker";
import type { Colors, Look, Mask, Points, Renderer } from "../render/renderer";
import { statesOf } from "../render/states";
import { denseness } from "../render/tone";
import type { MapEvents, MapPort, Polygon, Tool } from "../state/map_port";
import { Frames } from "./frames";
import { MapInput } from "./input";
import { Motion } from "./motion";
import { LABELS_MASKED, Overlay, penOf, type Marks } from "./overlay";
import type { Thumbnails } from "./thumbnails";
import { toPlane, toScreen, type Box, type Insets, type Point, type Size, type View } from "./view";

/** How far from a point (CSS pixels) one may point and still mean it. */
const REACH_MOUSE = 8;
const REACH_TOUCH = 18;
/** How near a small area is framed, as a factor of the first view. */
const NEAREST_FRAME = 40;
/** Where the map is in the page. */
export interface StagePlace {
  readonly host: HTMLElement;
  readonly picture: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
}

export interface StageParts extends StagePlace {
  /** What draws on `picture`. */
  readonly renderer: Renderer;
}

export class Stage implements MapPort {
  private readonly motion: Motion;
  private readonly input: MapInput;
  private readonly frames: Frames;
  private readonly overlay: Overlay;
  private thumbnails: Thumbnails | null = null;
  private mask: Mask | null = null;
  private hidden: Uint8Array | null = null;
  private topics: readonly Topic[] = [];
  private rings: readonly number[] = [];
  private outlines: readonly Polygon[] = [];
  private lasso: Polygon = [];
  private cross: Point | null = null;
  private grabbed = false;

  constructor(
    private readonly parts: StageParts,
    index: IndexFile,
    private size: Size,
    private insets: Insets,
    private readonly events: MapEvents,
    calm: () => boolean,
  ) {
    this.overlay = new Overlay(parts.overlay, calm);
    const content = { bounds: boxOf(index.bounds), first: boxOf(index.view) };
    this.motion = new Motion(content, size, insets, () => this.frames.moved(), calm);
    this.frames = new Frames(parts.renderer, emptyScene(size, this.motion.home.scale, LIGHT), {
      tick: (now) => this.motion.tick(now),
      busy: () => this.motion.moving || this.grabbed,
      view: () => this.motion.view,
      begun: () => (parts.host.dataset.state = "moving"),
      painted: (view, moving) => this.paintOverlay(view, moving),
      rested: () => this.events.rested(this.motion.view),
    });
    this.input = this.listen();
    this.overlay.resize(size);
  }

  resize(size: Size, insets: Insets): void {
    this.size = size;
    this.insets = insets;
    this.overlay.resize(size);
    this.motion.resize(size, insets);
    this.overlay.labels.setTopics(this.topics, this.motion.home.scale, size);
    this.frames.change({ size, homeScale: this.motion.home.scale });
  }

  setPoints(points: Points): void {
    this.frames.change({ points, density: denseness(points) });
    if (this.hidden !== null) this.setHidden(this.hidden);
  }

  setColors(colors: Colors): void {
    this.frames.change({ colors });
  }

  setMask(mask: Mask | null): void {
    this.mask = mask;
    this.frames.change({ states: statesOf(mask, this.hidden, this.frames.scene.points.total) });
  }

  setHidden(hidden: Uint8Array | null): void {
    this.hidden = hidden;
    this.setMask(this.mask);
  }

  setLook(look: Look): void {
    this.frames.change({ look });
  }

  setDark(dark: boolean): void {
    this.frames.change({ theme: dark ? DARK : LIGHT });
  }

  setTopics(topics: readonly Topic[]): void {
    this.topics = topics;
    this.overlay.labels.setTopics(topics, this.motion.home.scale, this.size);
    this.frames.schedule();
  }

  setInks(inks: ReadonlyMap<number, Ink>): void {
    this.overlay.labels.setInks(inks);
    this.frames.schedule();
  }

  setThumbnails(thumbnails: Thumbnails): void {
    this.thumbnails = thumbnails;
    thumbnails.sheets.arrived = () => this.frames.schedule();
    this.overlay.under = (pen, view, labels) => thumbnails.draw(pen, this.frames.scene, view, this.size, labels);
    this.frames.schedule();
  }

  setRings(positions: readonly number[]): void {
    this.rings = positions;
    this.frames.schedule();
  }

  setTool(tool: Tool): void {
    this.input.tool = tool;
    this.parts.host.dataset.tool = tool;
  }

  setOutlines(outlines: readonly Polygon[]): void {
    this.outlines = outlines;
    this.frames.schedule();
  }

  locate(position: number): Point | null {
    const place = this.placeOf(position);
    return place === null ? null : toScreen(this.motion.view, this.size, place);
  }

  visit(position: number, zoom: number): void {
    const place = this.placeOf(position);
    if (place !== null) this.motion.visit(place, zoom);
  }

  frame(box: Box): void {
    this.motion.frame(box, NEAREST_FRAME);
  }

  zoom(factor: number): void {
    this.motion.zoomMiddle(factor);
  }

  goHome(): void {
    this.motion.goHome();
  }

  atHome(): boolean {
    return this.motion.atHome();
  }

  view(): View {
    return this.motion.view;
  }

  jump(view: View): void {
    this.motion.jump(view);
  }

  async png(ratio: number): Promise<Blob> {
    const { view } = this.motion;
    const canvas = await this.frames.renderer.capture(this.frames.scene, { view, budget: Infinity, ratio });
    this.overlay.paintOn(penOf(canvas), ratio, view, this.insets, this.marks(view), true);
    const { pngOf } = await LATE.picture();
    return pngOf(canvas);
  }

  async svg(ratio: number): Promise<string> {
    const { view } = this.motion;
    const canvas = await this.frames.renderer.capture(this.frames.scene, { view, budget: Infinity, ratio });
    this.paintOverlay(view, false);
    const pen = penOf(canvas);
    pen.scale(ratio, ratio);
    this.overlay.under(pen, view, this.overlay.labels.areas({ view, size: this.size, left: this.insets.left }));
    const { rings, radius, dark, masked } = this.marks(view);
    const outlines = this.overlay.onScreen(view, this.outlines);
    const strength = masked ? LABELS_MASKED : 1;
    const { svgOf } = await LATE.picture();
    return svgOf(canvas.toDataURL(), { size: this.size, labels: this.overlay.texts(), strength, outlines, rings, radius, dark });
  }

  destroy(): void {
    this.input.destroy();
    this.frames.destroy();
  }

  private placeOf(position: number): Point | null {
    const { points } = this.frames.scene;
    const arrived = points.runs.some((run) => position >= run.start && position < run.start + run.count);
    return arrived ? { x: points.x[position], y: points.y[position] } : null;
  }

  private listen(): MapInput {
    const { host } = this.parts;
    return new MapInput(host, this.motion, {
      hover: (pixel) => this.hover(pixel),
      click: (pixel, touch) => this.click(pixel, touch),
      grab: (active) => {
        this.grabbed = active;
        host.classList.toggle("grabbed", active);
        if (active) this.events.hovered(-1);
        this.frames.schedule();
      },
      lasso: (way, cross) => {
        this.lasso = way;
        this.cross = cross;
        host.classList.toggle("lassoing", way.length > 0);
        this.frames.schedule();
      },
      caught: (corners, join) => {
        const { view } = this.motion;
        this.events.lassoed(corners.map((corner) => toPlane(view, this.size, corner)), join);
      },
      escape: () => this.events.escaped(),
      said: (text) => this.events.said(text),
    });
  }

  private hover(pixel: Point | null): void {
    const label = pixel === null ? null : this.overlay.labelAt(pixel);
    this.parts.host.classList.toggle("on-label", label !== null);
    this.events.hovered(pixel === null || label !== null ? -1 : this.at(pixel, REACH_MOUSE));
  }

  private click(pixel: Point, touch: boolean): void {
    const label = this.overlay.labelAt(pixel);
    if (label !== null) this.events.labelPicked(label);
    else this.events.picked(this.at(pixel, touch ? REACH_TOUCH : REACH_MOUSE));
  }

  private at(pixel: Point, reach: number): number {
    const pictured = this.thumbnails?.at(pixel) ?? -1;
    if (pictured >= 0) return pictured;
    const { view } = this.motion;
    const place = toPlane(view, this.size, pixel);
    const radius = Math.max(reach, radiusOf(this.frames.scene, view.scale) + 2);
    const { points, states } = this.frames.scene;
    return nearest(points, place.x, place.y, radius / view.scale, states);
  }

  private marks(view: View): Marks {
    const { scene } = this.frames;
    const places = this.rings.map((position) => this.placeOf(position)).filter((place) => place !== null);
    return {
      outlines: this.outlines,
      rings: places.map((place) => toScreen(view, this.size, place)),
      lasso: this.lasso,
      cross: this.cross,
      radius: radiusOf(scene, view.scale),
      masked: this.mask !== null,
      dark: scene.theme.dark,
    };
  }

  private paintOverlay(view: View, moving: boolean): void {
    const shown = this.overlay.paint(view, this.insets, this.marks(view));
    const { fading } = this.overlay;
    if (fading) this.frames.schedule();
    this.describe(view, moving || fading);
    if (moving) this.events.moved();
    else this.events.labelsShown(shown);
  }

  /** Say in attributes what the canvases show, for tests and for tools that cannot see. */
  private describe(view: View, moving: boolean): void {
    const middle = toPlane(view, this.size, { x: this.size.width / 2, y: this.size.height / 2 });
    const { renderer, scene } = this.frames;
    Object.assign(this.parts.host.dataset, {
      renderer: renderer.name,
      place: renderer.place,
      state: moving ? "moving" : "resting",
      x: String(middle.x),
      y: String(middle.y),
      zoom: String(view.scale / this.motion.home.scale),
      points: String(scene.points.loaded),
      drawn: String(this.frames.drawn),
      labels: String(this.overlay.labels.count),
      pictures: String(this.thumbnails?.count ?? 0),
    });
  }
}
