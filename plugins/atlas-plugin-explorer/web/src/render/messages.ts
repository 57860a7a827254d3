/** What the page and the worker that draws for it say to each other. */

import type { Scene } from "./layers";
import type { Frame, Run } from "./renderer";

/** The parts of a scene that have changed; points come on their own, as they arrive. */
export type ScenePart = Partial<Omit<Scene, "points">>;

export type ToWorker =
  | { readonly kind: "scene"; readonly part: ScenePart }
  /** All runs there are, and the positions from `start` on that are new. */
  | { readonly kind: "points"; readonly runs: readonly Run[]; readonly total: number; readonly loaded: number; readonly pieces: readonly Piece[] }
  /** `kept`: a picture for the page and not the next moment of a motion, so it is not left out. */
  | { readonly kind: "draw"; readonly id: number; readonly frame: Frame; readonly kept: boolean; readonly spare: ArrayBuffer | null };

export interface Piece {
  readonly start: number;
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
}

export interface FromWorker {
  readonly id: number;
  readonly pixels: ArrayBuffer;
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly milliseconds: number;
}
