/** Draws the topic labels that belong to a view, and says which they are. */

import type { Topic } from "../api/format";
import { toScreen, type Point, type Size, type View } from "../map/view";
import { placeLabels, visibility, type Label, type Placed } from "./place";
import { drawSprite, type Ink, type Sprite } from "./sprite";
import { breakLines, labelStyle, type Style } from "./type";

/** Space between two labels, CSS pixels. */
const GAP_X = 12;
const GAP_Y = 7;
/** From this visibility on a label counts as shown. */
const READABLE = 0.35;
const NARROW = 600;

export interface ShownLabel {
  readonly topic: Topic;
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

export class LabelLayer {
  private topics: readonly Topic[] = [];
  private entries: readonly Entry[] = [];
  private inks: ReadonlyMap<number, Ink> = new Map();
  private readonly sprites = new Map<string, Sprite>();

  constructor(private readonly measure: CanvasRenderingContext2D) {}

  /** Place the labels anew: for other topics, another window or another first view. */
  setTopics(topics: readonly Topic[], homeScale: number, size: Size): void {
    this.topics = topics;
    this.sprites.clear();
    const narrow = size.width < NARROW;
    const largest = new Map<number, number>();
    for (const topic of topics) largest.set(topic.depth, Math.max(largest.get(topic.depth) ?? 1, topic.size));
    const drafts = new Map<number, Omit<Entry, "placed">>();
    const labels: Label[] = topics.map((topic) => {
      const style = labelStyle(topic.depth, topic.size / (largest.get(topic.depth) ?? 1), narrow);
      const lines = breakLines(topic.label);
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

  /** Draw onto `context`, whose unit is the CSS pixel, and return what can be read. */
  draw(context: CanvasRenderingContext2D, view: View, size: Size, ratio: number, strength: number): ShownLabel[] {
    const shown: ShownLabel[] = [];
    for (const entry of this.entries) {
      const visible = visibility(entry.placed, view.scale);
      if (visible <= 0) continue;
      const middle = this.middle(entry, view, size);
      const reachX = entry.width / 2;
      const reachY = (entry.lines.length * entry.style.lineHeight) / 2;
      if (middle.x + reachX < 0 || middle.x - reachX > size.width) continue;
      if (middle.y + reachY < 0 || middle.y - reachY > size.height) continue;
      const sprite = this.sprite(entry, ratio);
      context.globalAlpha = visible * strength;
      // Whole device pixels keep the letters crisp.
      const left = Math.round((middle.x - sprite.width / 2) * ratio) / ratio;
      const top = Math.round((middle.y - sprite.height / 2) * ratio) / ratio;
      context.drawImage(sprite.canvas, left, top, sprite.canvas.width / ratio, sprite.canvas.height / ratio);
      if (visible >= READABLE) shown.push({ topic: entry.topic, x: middle.x, y: middle.y });
    }
    context.globalAlpha = 1;
    return shown;
  }

  get count(): number {
    return this.topics.length;
  }

  /** A label whose place is in the window, but not all of its letters, moves in. */
  private middle(entry: Entry, view: View, size: Size): Point {
    const place = toScreen(view, size, entry.topic);
    const x = place.x + entry.placed.shiftX;
    const y = place.y + entry.placed.shiftY;
    if (place.x < 0 || place.x > size.width) return { x, y };
    const reach = entry.width / 2 + 6;
    if (size.width < 2 * reach) return { x, y };
    return { x: Math.min(Math.max(x, reach), size.width - reach), y };
  }

  private sprite(entry: Entry, ratio: number): Sprite {
    const key = `${entry.topic.id} ${ratio}`;
    const known = this.sprites.get(key);
    if (known !== undefined) return known;
    const ink = this.inks.get(entry.topic.id) ?? { text: "#000", halo: "#fff" };
    const made = drawSprite(entry.lines, entry.style, ink, ratio, entry.width);
    this.sprites.set(key, made);
    return made;
  }
}
