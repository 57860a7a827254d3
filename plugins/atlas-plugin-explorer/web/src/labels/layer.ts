/** Draws the topic labels that belong to a view, and says which they are. */

import type { Topic } from "../api/format";
import { toScreen, type Box, type Point, type Size, type View } from "../map/view";
import { placeLabels, visibility, type Label, type Placed } from "./place";
import { drawSprite, type Ink, type Sprite } from "./sprite";
import { breakLines, isNarrow, labelStyle, type Style } from "./type";

/** Space between two labels, CSS pixels. */
const GAP_X = 12;
const GAP_Y = 7;
/** From this visibility on, which follows the scale, a label is there; below, it is not. Half-faded ones are seen only in passing. */
const READABLE = 0.5;
/** Milliseconds in which a label appears or goes. */
const FADE = 170;
/** Space between a label and the window's edge. */
const EDGE = 6;

export interface ShownLabel {
  readonly topic: Topic;
  readonly x: number;
  readonly y: number;
}

export function sameLabels(a: readonly ShownLabel[], b: readonly ShownLabel[]): boolean {
  return a.length === b.length && a.every((one, k) => one.topic === b[k].topic && one.x === b[k].x && one.y === b[k].y);
}

/** A label as text, for a picture in which text stays text. */
export interface LabelText {
  readonly lines: readonly string[];
  readonly style: Style;
  readonly ink: Ink;
  /** Its middle, CSS pixels. */
  readonly x: number;
  readonly y: number;
}

interface Entry {
  readonly topic: Topic;
  readonly lines: readonly string[];
  readonly style: Style;
  readonly width: number;
  readonly placed: Placed;
}

/** A view, the window it is for, and how much of that a panel covers at the left. */
export interface Window {
  readonly view: View;
  readonly size: Size;
  readonly left: number;
}

interface Visible {
  readonly entry: Entry;
  /** Whether it belongs to the view, or only goes. */
  readonly visible: boolean;
  readonly place: Point;
  readonly middle: Point;
}

export class LabelLayer {
  private topics: readonly Topic[] = [];
  private entries: readonly Entry[] = [];
  private inks: ReadonlyMap<number, Ink> = new Map();
  private readonly sprites = new Map<string, Sprite>();
  /** The labels of the view that was drawn last. */
  private drawn: readonly Visible[] = [];
  /** How far each label has appeared, by topic. */
  private alphas = new Map<number, number>();
  private drawnAt = 0;
  /** Whether some are still appearing or going, so that another frame is wanted. */
  fading = false;

  /** Where `calm` says so, labels are there or gone at once. */
  constructor(
    private readonly measure: CanvasRenderingContext2D,
    private readonly calm: () => boolean,
  ) {}

  /** Place the labels anew: for other topics, another window or another first view. */
  setTopics(topics: readonly Topic[], homeScale: number, size: Size): void {
    this.topics = topics;
    this.sprites.clear();
    const largest = new Map<number, number>();
    for (const topic of topics) largest.set(topic.depth, Math.max(largest.get(topic.depth) ?? 1, topic.size));
    const drafts = new Map<number, Omit<Entry, "placed">>();
    const labels: Label[] = topics.filter((topic) => topic.size > 0).map((topic) => {
      const style = labelStyle(topic.depth, topic.size / (largest.get(topic.depth) ?? 1), size);
      const lines = breakLines(topic.label, isNarrow(size));
      this.measure.font = style.font;
      const width = Math.max(...lines.map((line) => this.measure.measureText(line).width));
      drafts.set(topic.id, { topic, lines, style, width });
      const { id, depth, parent, size: rows, x, y } = topic;
      const height = lines.length * style.lineHeight + GAP_Y;
      return { id, depth, parent, size: rows, x, y, width: width + GAP_X, height };
    });
    this.entries = placeLabels(labels, homeScale).flatMap((placed) => {
      const draft = drafts.get(placed.label.id);
      return draft === undefined ? [] : [{ ...draft, placed }];
    });
  }

  setInks(inks: ReadonlyMap<number, Ink>): void {
    this.inks = inks;
    this.sprites.clear();
  }

  /** Return the topic whose label can be read at a pixel; null where there is none. */
  at(pixel: Point): Topic | null {
    for (const { entry, visible, middle } of this.drawn) {
      const height = entry.lines.length * entry.style.lineHeight;
      const inside = Math.abs(pixel.x - middle.x) <= entry.width / 2 && Math.abs(pixel.y - middle.y) <= height / 2;
      if (inside && visible) return entry.topic;
    }
    return null;
  }

  /** Return the areas that the labels of a view take, CSS pixels. */
  areas(window: Window): Box[] {
    return this.visible(window).filter(({ visible }) => visible).map(({ entry, middle }) => {
      const [reachX, reachY] = [entry.width / 2, (entry.lines.length * entry.style.lineHeight) / 2];
      return { x0: middle.x - reachX, y0: middle.y - reachY, x1: middle.x + reachX, y1: middle.y + reachY };
    });
  }

  /** The lines of the labels that were drawn last, each with its place, its style and its ink. */
  texts(): readonly LabelText[] {
    return this.drawn.filter(({ visible }) => visible).map(({ entry, middle }) => ({
      lines: entry.lines, style: entry.style, ink: this.ink(entry.topic), x: middle.x, y: middle.y,
    }));
  }

  /**
   * Draw onto `context`, whose unit is the CSS pixel, and return what can be read. `still` draws them as they will be in the end,
   * for a picture that is kept.
   */
  draw(context: CanvasRenderingContext2D, window: Window, ratio: number, strength: number, still = false): ShownLabel[] {
    const step = this.step();
    const alphas = new Map<number, number>();
    this.fading = false;
    this.drawn = this.visible(window);
    for (const { entry, visible, middle } of this.drawn) {
      const { id } = entry.topic;
      const end = visible ? 1 : 0;
      const before = this.alphas.get(id) ?? 0;
      const alpha = still ? end : before + Math.min(Math.max(end - before, -step), step);
      alphas.set(id, alpha);
      this.fading ||= alpha !== end;
      if (alpha > 0) this.stamp(context, this.sprite(entry, ratio), middle, ratio, alpha * strength);
    }
    if (!still) this.alphas = alphas;
    return this.drawn.filter(({ visible }) => visible).map(({ entry, middle }) => ({ topic: entry.topic, x: middle.x, y: middle.y }));
  }

  /** How far labels may have come since the last frame. */
  private step(): number {
    const now = performance.now();
    const passed = now - this.drawnAt;
    this.drawnAt = now;
    // After a rest the first frame begins the fading, and does not end it.
    return this.calm() ? 1 : Math.min(passed, 34) / FADE;
  }

  private stamp(context: CanvasRenderingContext2D, sprite: Sprite, middle: Point, ratio: number, alpha: number): void {
    // Whole device pixels keep the letters crisp.
    const left = Math.round((middle.x - sprite.width / 2) * ratio) / ratio;
    const top = Math.round((middle.y - sprite.height / 2) * ratio) / ratio;
    context.globalAlpha = alpha;
    context.drawImage(sprite.canvas, left, top, sprite.canvas.width / ratio, sprite.canvas.height / ratio);
    context.globalAlpha = 1;
  }

  /** The labels of a view, and where their middles are. One that reaches past an edge moves in if there is room. */
  private visible({ view, size, left }: Window): Visible[] {
    const found: Visible[] = [];
    for (const entry of this.entries) {
      const visible = visibility(entry.placed, view.scale) >= READABLE;
      const place = toScreen(view, size, entry.topic);
      const middle = { x: place.x + entry.placed.shiftX, y: place.y + entry.placed.shiftY };
      const reachX = entry.width / 2;
      const reachY = (entry.lines.length * entry.style.lineHeight) / 2;
      const outside = middle.x + reachX < 0 || middle.x - reachX > size.width
        || middle.y + reachY < 0 || middle.y - reachY > size.height;
      const going = (this.alphas.get(entry.topic.id) ?? 0) > 0;
      if ((visible || going) && !outside) found.push({ entry, visible, place, middle });
    }
    return found.map((one) => {
      const { entry, place, middle } = one;
      const edge = place.x >= left ? left : 0;
      const reach = entry.width / 2 + EDGE;
      if (place.x < edge || place.x > size.width || size.width - edge < 2 * reach) return one;
      const inside = { x: Math.min(Math.max(middle.x, edge + reach), size.width - reach), y: middle.y };
      const free = inside.x === middle.x || !found.some((other) => other !== one && other.visible && collide(entry, inside, other));
      return free ? { ...one, middle: inside } : one;
    });
  }

  get count(): number {
    return this.topics.length;
  }

  private sprite(entry: Entry, ratio: number): Sprite {
    const key = `${entry.topic.id} ${ratio}`;
    const known = this.sprites.get(key);
    if (known !== undefined) return known;
    const made = drawSprite(entry.lines, entry.style, this.ink(entry.topic), ratio, entry.width);
    this.sprites.set(key, made);
    return made;
  }

  private ink(topic: Topic): Ink {
    return this.inks.get(topic.id) ?? { text: "#000", halo: "#fff" };
  }
}

function collide(entry: Entry, middle: Point, other: Visible): boolean {
  const reachX = (entry.width + other.entry.width) / 2 + EDGE;
  const heights = entry.lines.length * entry.style.lineHeight + other.entry.lines.length * other.entry.style.lineHeight;
  return Math.abs(middle.x - other.middle.x) < reachX && Math.abs(middle.y - other.middle.y) < heights / 2;
}
