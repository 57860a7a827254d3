/** The canvas above the points: outlines, labels, rings, and the lasso that is being drawn. */

import type { Topic } from "../api/format";
import { LabelLayer, type LabelText, type ShownLabel } from "../labels/layer";
import type { Polygon } from "../state/map_port";
import { drawCross, drawLasso, drawOutline, drawRing } from "./marks";
import { toScreen, type Box, type Insets, type Point, type Size, type View } from "./view";

/** Labels step back while points are singled out. */
export const LABELS_MASKED = 0.72;

/** What the overlay shows at one moment. */
export interface Marks {
  /** Corners in the plane. */
  readonly outlines: readonly Polygon[];
  /** Pixels of the points that have a ring, the first one's first. */
  readonly rings: readonly Point[];
  /** The lasso that is being drawn, in pixels. */
  readonly lasso: Polygon;
  /** Where the keyboard draws it. */
  readonly cross: Point | null;
  /** The radius of a point, CSS pixels. */
  readonly radius: number;
  readonly masked: boolean;
  readonly dark: boolean;
}

export class Overlay {
  readonly labels: LabelLayer;
  private readonly pen: CanvasRenderingContext2D;
  private size: Size = { width: 1, height: 1 };
  /** Draws what lies under the labels, of which it is told where they are; says whether some of it is still appearing. */
  under: (pen: CanvasRenderingContext2D, view: View, labels: readonly Box[]) => boolean = () => false;
  /** Whether something is still appearing or going. */
  fading = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    calm: () => boolean,
  ) {
    this.pen = penOf(canvas);
    this.labels = new LabelLayer(this.pen, calm);
  }

  resize(size: Size): void {
    this.size = size;
    const ratio = screenRatio();
    this.canvas.width = Math.round(size.width * ratio);
    this.canvas.height = Math.round(size.height * ratio);
  }

  paint(view: View, insets: Insets, marks: Marks): ShownLabel[] {
    const { pen } = this;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    return this.paintOn(pen, screenRatio(), view, insets, marks, false);
  }

  /** Paint over a picture of any resolution; `pen`'s canvas is `ratio` times as large as the window. `still`: nothing half appeared. */
  paintOn(pen: CanvasRenderingContext2D, ratio: number, view: View, insets: Insets, marks: Marks, still: boolean): ShownLabel[] {
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const window = { view, size: this.size, left: insets.left };
    const appearing = this.under(pen, view, this.labels.areas(window));
    for (const outline of this.onScreen(view, marks.outlines)) drawOutline(pen, outline, marks.dark);
    const shown = this.labels.draw(pen, window, ratio, marks.masked ? LABELS_MASKED : 1, still);
    marks.rings.forEach((pixel, k) => drawRing(pen, pixel, marks.radius, marks.dark, k === 0));
    drawLasso(pen, marks.lasso, marks.dark);
    if (marks.cross !== null) drawCross(pen, marks.cross, marks.dark);
    this.fading = appearing || this.labels.fading;
    return shown;
  }

  onScreen(view: View, outlines: readonly Polygon[]): Polygon[] {
    return outlines.map((corners) => corners.map((corner) => toScreen(view, this.size, corner)));
  }

  labelAt(pixel: Point): Topic | null {
    return this.labels.at(pixel);
  }

  texts(): readonly LabelText[] {
    return this.labels.texts();
  }
}

export function penOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("This browser offers no 2D canvas.");
  return pen;
}

function screenRatio(): number {
  return Math.min(window.devicePixelRatio || 1, 3);
}
