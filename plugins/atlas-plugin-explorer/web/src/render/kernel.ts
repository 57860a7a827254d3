/** Discs as lists of (pixel offset, coverage): what one point adds to the picture. */

/** Sub-pixel positions per axis for which a disc is prepared. */
export const PHASES = 4;

export interface Kernel {
  /** Offsets into an accumulator of 4 floats a pixel, per phase. */
  readonly offsets: readonly Int32Array[];
  /** Covered part of each pixel, 0..1, per phase. */
  readonly coverage: readonly Float32Array[];
  /** How many pixels it reaches past the pixel of its centre. */
  readonly reach: number;
  /** Its area in pixels. */
  readonly area: number;
}

/** Below this radius (device pixels) a point is a single pixel: finer than this cannot be seen, and it is the fastest. */
export const SINGLE_PIXEL = 0.62;

export function discKernel(radius: number, stride: number): Kernel {
  if (radius <= SINGLE_PIXEL) {
    return { offsets: [Int32Array.of(0)], coverage: [Float32Array.of(1)], reach: 0, area: 1 };
  }
  const reach = Math.ceil(radius + 0.5);
  const offsets: Int32Array[] = [];
  const coverage: Float32Array[] = [];
  for (let phase = 0; phase < PHASES * PHASES; phase++) {
    const centerX = ((phase % PHASES) + 0.5) / PHASES;
    const centerY = (Math.floor(phase / PHASES) + 0.5) / PHASES;
    const cells = disc(centerX, centerY, radius, reach);
    offsets.push(Int32Array.from(cells, (cell) => (cell.dy * stride + cell.dx) * 4));
    coverage.push(Float32Array.from(cells, (cell) => cell.covered));
  }
  return { offsets, coverage, reach, area: areaOf(radius) };
}

/** Return the pixels that a point covers. */
export function areaOf(radius: number): number {
  return radius <= SINGLE_PIXEL ? 1 : Math.PI * radius * radius;
}

interface Cell {
  readonly dx: number;
  readonly dy: number;
  readonly covered: number;
}

function disc(centerX: number, centerY: number, radius: number, reach: number): Cell[] {
  const cells: Cell[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const distance = Math.hypot(dx + 0.5 - centerX, dy + 0.5 - centerY);
      // A ramp one pixel wide at the rim is what the eye takes for a smooth edge.
      const covered = Math.min(Math.max(radius + 0.5 - distance, 0), 1);
      if (covered > 0.02) cells.push({ dx, dy, covered });
    }
  }
  return cells;
}
