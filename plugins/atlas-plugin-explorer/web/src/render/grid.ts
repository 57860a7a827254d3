/** Finds the point nearest to a place: points sorted into the cells of a uniform grid. */

import type { Box } from "../map/view";
import type { Points } from "./renderer";
import { SHOWN } from "./states";

const POINTS_PER_CELL = 3;

export class PickGrid {
  private readonly columns: number;
  private readonly rows: number;
  private readonly cell: number;
  /** Positions of cell c are `members[starts[c] … starts[c + 1] - 1]`. */
  private readonly starts: Uint32Array;
  private readonly members: Uint32Array;

  constructor(
    private readonly points: Points,
    private readonly box: Box,
  ) {
    const width = Math.max(box.x1 - box.x0, 1e-12);
    const height = Math.max(box.y1 - box.y0, 1e-12);
    const cells = Math.max(points.loaded / POINTS_PER_CELL, 1);
    this.cell = Math.max(Math.sqrt((width * height) / cells), Math.max(width, height) / 4096);
    this.columns = Math.floor(width / this.cell) + 1;
    this.rows = Math.floor(height / this.cell) + 1;
    this.starts = new Uint32Array(this.columns * this.rows + 1);
    this.members = new Uint32Array(points.loaded);
    this.sort();
  }

  /** Return the position of the point nearest to (x, y) within `radius`, or -1; `states`, if given, must be `SHOWN` there. */
  nearest(x: number, y: number, radius: number, states: Uint8Array | null): number {
    const { box, cell } = this;
    const column0 = Math.max(Math.floor((x - radius - box.x0) / cell), 0);
    const column1 = Math.min(Math.floor((x + radius - box.x0) / cell), this.columns - 1);
    const row0 = Math.max(Math.floor((y - radius - box.y0) / cell), 0);
    const row1 = Math.min(Math.floor((y + radius - box.y0) / cell), this.rows - 1);
    let best = -1;
    let bestSquare = radius * radius;
    for (let row = row0; row <= row1; row++) {
      const from = this.starts[row * this.columns + column0];
      const to = column1 < column0 ? from : this.starts[row * this.columns + column1 + 1];
      for (let k = from; k < to; k++) {
        const i = this.members[k];
        const square = (this.points.x[i] - x) ** 2 + (this.points.y[i] - y) ** 2;
        if (square > bestSquare || (states !== null && states[i] !== SHOWN)) continue;
        best = i;
        bestSquare = square;
      }
    }
    return best;
  }

  /** A counting sort: two passes over the points, no comparison. */
  private sort(): void {
    const { points, starts, members } = this;
    for (const run of points.runs) {
      for (let i = run.start; i < run.start + run.count; i++) starts[this.cellOf(i) + 1]++;
    }
    for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
    const next = starts.slice(0, -1);
    for (const run of points.runs) {
      for (let i = run.start; i < run.start + run.count; i++) members[next[this.cellOf(i)]++] = i;
    }
  }

  private cellOf(i: number): number {
    const column = Math.min(Math.floor((this.points.x[i] - this.box.x0) / this.cell), this.columns - 1);
    const row = Math.min(Math.floor((this.points.y[i] - this.box.y0) / this.cell), this.rows - 1);
    return row * this.columns + column;
  }
}
