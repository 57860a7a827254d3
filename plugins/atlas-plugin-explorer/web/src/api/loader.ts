/** Brings pages in, first levels first, and hands on what has arrived. */

import type { Box } from "../map/view";
import type { Points, Run } from "../render/renderer";
import type { Client } from "./client";
import type { IndexFile, PageEntry } from "./format";

/** Requests under way at once: browsers open six connections to one host. */
const PARALLEL = 4;

export type PageArray = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;
export type Encoding = "uint8" | "uint16" | "uint32" | "float32" | "float64";

export function boxOf(numbers: readonly [number, number, number, number]): Box {
  return { x0: numbers[0], y0: numbers[1], x1: numbers[2], y1: numbers[3] };
}

/** Load all positions; `arrived` is called after the first page and then whenever further ones are in. */
export async function loadGeometry(client: Client, index: IndexFile, arrived: (points: Points) => void): Promise<void> {
  const x = new Float32Array(index.points);
  const y = new Float32Array(index.points);
  const runs: Run[] = [];
  let loaded = 0;
  await eachPage(index.pages, async (page) => {
    const buffer = await client.page(index.geometry.files, page.page);
    const values = new Float32Array(buffer);
    x.set(values.subarray(0, page.count), page.start);
    y.set(values.subarray(page.count), page.start);
    runs.push({ level: page.level, start: page.start, count: page.count, box: boxOf(page.box) });
    runs.sort((a, b) => a.start - b.start);
    loaded += page.count;
    arrived({ x, y, runs: [...runs], total: index.points, loaded });
  });
}

/** Load one column of pages whole, in page order. */
export async function loadColumn(client: Client, index: IndexFile, files: string, encoding: Encoding): Promise<PageArray> {
  const values = emptyArray(encoding, index.points);
  await eachPage(index.pages, async (page) => {
    values.set(viewArray(encoding, await client.page(files, page.page)), page.start);
  });
  return values;
}

async function eachPage(pages: readonly PageEntry[], work: (page: PageEntry) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < pages.length) await work(pages[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, pages.length) }, worker));
}

function emptyArray(encoding: Encoding, length: number): PageArray {
  return viewArray(encoding, new ArrayBuffer(length * BYTES[encoding]));
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
