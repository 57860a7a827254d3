/** Small pictures of the rows of an image map, drawn in place of their points where there is room for them. */

import type { Client } from "../api/client";
import type { ImagesEntry, IndexFile } from "../api/format";
import { Sheets, type Tile } from "../api/sheets";
import type { Scene } from "../render/layers";
import { overlaps } from "../render/plan";
import { grown, spread } from "./spread";
import { toPlane, toScreen, type Box, type Point, type Size, type View } from "./view";

/** The typical distance (CSS pixels) between points where it is dense, from which pictures show. */
const FIRST_SPACING = 4;
/** Their longer side, CSS pixels: it grows as one comes nearer. */
const SMALLEST = 28;
const LARGEST = 64;
const GROWTH = 4.5;
const GAP = 3;
const BORDER = 2;
/** Milliseconds in which a picture appears. */
const FADE = 180;
/** The choice is made anew at every half doubling of the scale. */
const STEPS = 2;

interface Choice {
  readonly step: number;
  readonly box: Box;
  readonly scene: Pick<Scene, "points" | "states">;
  readonly positions: readonly number[];
}

interface Shown {
  readonly position: number;
  readonly middle: Point;
  readonly reach: number;
}

export function thumbnailsOf(client: Client, index: IndexFile, entry: ImagesEntry, calm: () => boolean): Thumbnails {
  return new Thumbnails(new Sheets(client, index, entry), calm);
}

export class Thumbnails {
  private choice: Choice | null = null;
  private born = new Map<number, number>();
  private shown: readonly Shown[] = [];

  constructor(
    readonly sheets: Sheets,
    private readonly calm: () => boolean,
  ) {}

  get count(): number {
    return this.shown.length;
  }

  /** Return the position of the point whose picture is at a pixel, or -1. */
  at(pixel: Point): number {
    const { shown } = this;
    const found = shown.find(({ middle, reach }) => Math.abs(middle.x - pixel.x) <= reach && Math.abs(middle.y - pixel.y) <= reach);
    return found?.position ?? -1;
  }

  /** Draw those of a view that no label covers; says whether some are still appearing, so that another frame is wanted. */
  draw(pen: CanvasRenderingContext2D, scene: Scene, view: View, size: Size, labels: readonly Box[]): boolean {
    const spacing = view.scale / Math.sqrt(Math.max(scene.density, 1e-30));
    this.shown = [];
    if (spacing < FIRST_SPACING) return this.forget();
    const side = sideAt(spacing);
    const now = performance.now();
    const shown: Shown[] = [];
    const born = new Map<number, number>();
    let appearing = false;
    for (const position of this.choose(scene, view, size, spacing)) {
      const middle = toScreen(view, size, { x: scene.points.x[position], y: scene.points.y[position] });
      const area = grown({ x0: middle.x, y0: middle.y, x1: middle.x, y1: middle.y }, side / 2);
      if (area.x1 < 0 || area.x0 > size.width || area.y1 < 0 || area.y0 > size.height) continue;
      const tile = labels.some((label) => overlaps(label, area)) ? null : this.sheets.tile(position);
      if (tile === null) continue;
      const since = this.born.get(position) ?? (this.calm() ? -Infinity : now);
      born.set(position, since);
      const age = Math.min((now - since) / FADE, 1);
      appearing ||= age < 1;
      pen.globalAlpha = age;
      drawTile(pen, tile, middle, side, colorOf(scene, position));
      shown.push({ position, middle, reach: side / 2 });
    }
    pen.globalAlpha = 1;
    this.born = born;
    this.shown = shown;
    return appearing;
  }

  private forget(): boolean {
    this.born.clear();
    return false;
  }

  private choose(scene: Scene, view: View, size: Size, spacing: number): readonly number[] {
    const step = Math.floor(Math.log2(view.scale) * STEPS);
    const smallest = 2 ** (step / STEPS);
    const largestSide = sideAt((spacing / view.scale) * smallest * 2 ** (1 / STEPS));
    const apart = (largestSide + GAP) / smallest;
    const corner = toPlane(view, size, { x: 0, y: size.height });
    const window = { x0: corner.x, y0: corner.y, x1: corner.x + size.width / view.scale, y1: corner.y + size.height / view.scale };
    const needed = grown(window, LARGEST / view.scale / 2);
    const { choice } = this;
    const holds = choice !== null && choice.step === step && contains(choice.box, needed)
      && choice.scene.points === scene.points && choice.scene.states === scene.states;
    if (holds) return choice.positions;
    // A little more than is seen, so that not every pixel of a pan asks for a choice.
    const box = grown(needed, (window.x1 - window.x0) / 4);
    const positions = spread(scene.points, scene.states, box, apart);
    this.choice = { step, box, scene: { points: scene.points, states: scene.states }, positions };
    return positions;
  }
}

function sideAt(spacing: number): number {
  return Math.min(Math.max(spacing * GROWTH, SMALLEST), LARGEST);
}

function contains(outer: Box, inner: Box): boolean {
  return outer.x0 <= inner.x0 && outer.y0 <= inner.y0 && outer.x1 >= inner.x1 && outer.y1 >= inner.y1;
}

/** The border has the colour of the point that the picture stands for. */
function drawTile(pen: CanvasRenderingContext2D, tile: Tile, middle: Point, side: number, border: string): void {
  const scale = (side - 2 * BORDER) / Math.max(tile.width, tile.height);
  const [width, height] = [tile.width * scale, tile.height * scale];
  const [left, top] = [middle.x - width / 2, middle.y - height / 2];
  pen.beginPath();
  pen.roundRect(left - BORDER, top - BORDER, width + 2 * BORDER, height + 2 * BORDER, BORDER + 2);
  pen.fillStyle = border;
  pen.fill();
  pen.drawImage(tile.sheet, tile.x, tile.y, tile.width, tile.height, left, top, width, height);
}

function colorOf(scene: Scene, position: number): string {
  const { index, palette } = scene.colors;
  const at = (index[position] ?? 0) * 3;
  return `rgb(${Math.round(palette[at])} ${Math.round(palette[at + 1])} ${Math.round(palette[at + 2])})`;
}
