/** Brings pages in, first levels first, and hands on what has arrived. */

import type { Box } from "../map/view";
import type { Points, Run } from "../render/renderer";
import type { Client } from "./client";
import type { IndexFile, PageEntry } from "./format";

/** Requests under way at once: browsers open six connections to one host. */
const PARALLEL = 4;
/** Points of a run. In Z-order so many lie in a small area, and what lies outside the window is passed over finely. */
const RUN = 4096;
/** Milliseconds between two times that what has arrived is handed on; the first points are handed on at once. */
const PAUSE = 60;

export type PageArray = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;
export type Encoding = "uint8" | "uint16" | "uint32" | "float32" | "float64";

export function boxOf(numbers: readonly [number, number, number, number]): Box {
  return { x0: numbers[0], y0: numbers[1], x1: numbers[2], y1: numbers[3] };
}

/**
 * Load all positions; `arrived` is called after the first page and then whenever further ones are in. Runs are handed on by
 * whole levels: the parts of one that have come first would be darker patches on the map.
 */
export async function loadGeometry(client: Client, index: IndexFile, arrived: (points: Points) => void): Promise<void> {
  const x = new Float32Array(index.points);
  const y = new Float32Array(index.points);
  const levels = new Levels(index);
  let loaded = 0;
  const tell = seldom(() => arrived({ x, y, runs: levels.whole(), total: index.points, loaded }));
  await eachPage(index.pages, async (page) => {
    const values = new Float32Array(await client.page(index.geometry.files, page.page));
    x.set(values.subarray(0, page.count), page.start);
    y.set(values.subarray(page.count), page.start);
    for (let from = 0; from < page.count; from += RUN) levels.add(runOf(page, x, y, from));
    loaded += page.count;
    tell(loaded === index.points);
  });
}

/** Gathers runs by level. */
class Levels {
  private readonly runs = new Map<number, Run[]>();
  private readonly left: Map<number, number>;

  constructor(index: IndexFile) {
    this.left = new Map(index.levels.map(({ level, count }) => [level, count]));
  }

  add(run: Run): void {
    const runs = this.runs.get(run.level) ?? [];
    runs.push(run);
    this.runs.set(run.level, runs);
    this.left.set(run.level, (this.left.get(run.level) ?? 0) - run.count);
  }

  /** Return the runs of the levels that are whole, and of all below them, in page order. */
  whole(): Run[] {
    const whole: Run[] = [];
    for (const level of [...this.left.keys()].sort((a, b) => a - b)) {
      if ((this.left.get(level) ?? 0) > 0) break;
      whole.push(...(this.runs.get(level) ?? []).sort((a, b) => a.start - b.start));
    }
    return whole;
  }
}

function runOf(page: PageEntry, x: Float32Array, y: Float32Array, from: number): Run {
  const start = page.start + from;
  const count = Math.min(RUN, page.count - from);
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = start; i < start + count; i++) {
    if (x[i] < x0) x0 = x[i];
    if (x[i] > x1) x1 = x[i];
    if (y[i] < y0) y0 = y[i];
    if (y[i] > y1) y1 = y[i];
  }
  return { level: page.level, start, count, box: { x0, y0, x1, y1 } };
}

/**
 * Load one column of pages, in page order. `arrived`, if given, is called with the same array again and again, from when
 * the first page is in until the last: all points below `known` have their values; others have none (255, 65,535, NaN…).
 */
export async function loadColumn(
  client: Client,
  index: IndexFile,
  files: string,
  encoding: Encoding,
  arrived?: (values: PageArray, known: number) => void,
): Promise<PageArray> {
  const values = emptyArray(encoding, index.points);
  const missing = new Set(index.pages.map((page) => page.page));
  let loaded = 0;
  const tell = seldom(() => {
    if (loaded < index.points) arrived?.(values, index.pages[Math.min(...missing)].start);
  });
  await eachPage(index.pages, async (page) => {
    values.set(viewArray(encoding, await client.page(files, page.page)), page.start);
    missing.delete(page.page);
    loaded += page.count;
    tell(loaded === index.points);
  });
  return values;
}

/** Do something at once the first time and the last, and not too often in between. */
function seldom(work: () => void): (last: boolean) => void {
  let next = -Infinity;
  return (last) => {
    const now = performance.now();
    if (!last && now < next) return;
    work();
    next = performance.now() + Math.max(PAUSE, 2 * (performance.now() - now));
  };
}

async function eachPage(pages: readonly PageEntry[], work: (page: PageEntry) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < pages.length) await work(pages[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, pages.length) }, worker));
}

function emptyArray(encoding: Encoding, length: number): PageArray {
  const values = viewArray(encoding, new ArrayBuffer(length * BYTES[encoding]));
  return values.fill(encoding === "float32" || encoding === "float64" ? NaN : 2 ** (8 * BYTES[encoding]) - 1);
}

const BYTES: Readonly<Record<Encoding, number>> = { uint8: 1, uint16: 2, uint32: 4, float32: 4, float64: 8 };

function viewArray(encoding: Encoding, buffer: ArrayBuffer): PageArray {
  switch (encoding) {
    case "uint8":
      return new Uint8Array(buffer);
    case "uint16":
      return new Uint16Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
  }
}
