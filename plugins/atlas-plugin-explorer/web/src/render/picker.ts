/** Finds the point that is pointed at, the same for every back end. */

import type { Box } from "../map/view";
import { PickGrid } from "./grid";
import type { Points } from "./renderer";
import type { States } from "./states";

export class Picker {
  private points: Points | null = null;
  private grid: PickGrid | null = null;

  setPoints(points: Points): void {
    this.points = points;
    this.grid = null;
  }

  /** Make ready for `nearest`, which would otherwise take its time on the first call. */
  prepare(): void {
    const { points } = this;
    if (points !== null && points.loaded > 0) this.grid ??= new PickGrid(points, boxOf(points));
  }

  /** Return the position of the point nearest to (x, y) of the plane within `radius`, or -1; what is not shown is not found. */
  nearest(x: number, y: number, radius: number, states: States | null): number {
    this.prepare();
    return this.grid?.nearest(x, y, radius, states?.of ?? null) ?? -1;
  }
}

function boxOf(points: Points): Box {
  return {
    x0: Math.min(...points.runs.map((run) => run.box.x0)),
    y0: Math.min(...points.runs.map((run) => run.box.y0)),
    x1: Math.max(...points.runs.map((run) => run.box.x1)),
    y1: Math.max(...points.runs.map((run) => run.box.y1)),
  };
}
