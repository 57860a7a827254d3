import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../src/api/client";
import type { IndexFile, PageEntry } from "../src/api/format";
import { loadColumn, loadGeometry } from "../src/api/loader";
import type { Answer, Transport } from "../src/api/transport";
import type { Points } from "../src/render/renderer";

/** Two levels: one page, then three. */
const COUNTS: readonly (readonly [number, number])[] = [[0, 5000], [1, 7000], [1, 7000], [1, 7000]];

function indexOf(): IndexFile {
  let start = 0;
  const pages: PageEntry[] = COUNTS.map(([level, count], page) => {
    const entry: PageEntry = { page, level, start, count, box: [0, 0, 1, 1] };
    start += count;
    return entry;
  });
  return {
    points: start, pages, levels: [{ level: 0, start: 0, count: 5000 }, { level: 1, start: 5000, count: 21_000 }],
    geometry: { encoding: "float32-planar", files: "geometry/{page}.bin" },
  } as unknown as IndexFile;
}

/** A carrier whose answers come when they are let go, in any order. */
class Held {
  private readonly waiting = new Map<string, () => void>();
  readonly client: Client;

  constructor(bytes: (page: number) => ArrayBuffer) {
    const transport: Transport = {
      request: (path) => new Promise<Answer>((resolve) => {
        const page = Number(/(\d+)\.bin$/u.exec(path)?.[1]);
        this.waiting.set(path, () => resolve({ status: 200, header: () => null, body: bytes(page) }));
      }),
      address: () => null,
      live: true,
    };
    this.client = new Client(transport);
  }

  async release(path: string): Promise<void> {
    this.waiting.get(path)?.();
    await new Promise((resolve) => setTimeout(resolve, 70));
  }
}

function places(page: number): ArrayBuffer {
  const count = COUNTS[page][1];
  return Float32Array.from({ length: 2 * count }, (_, i) => page + (i % count) / count).buffer;
}

test("points are handed on by whole levels, and their runs have exact boxes", async () => {
  const held = new Held(places);
  const seen: Points[] = [];
  const all = loadGeometry(held.client, indexOf(), (points) => seen.push(points));
  for (const page of [2, 0, 3, 1]) await held.release(`pages/geometry/${page}.bin`);
  await all;
  const counts = seen.map((points) => points.runs.reduce((sum, run) => sum + run.count, 0));
  assert.deepEqual([...new Set(counts)], [0, 5000, 26_000]);
  assert.ok(counts.every((count, k) => k === 0 || count >= counts[k - 1]));
  const { x, runs } = seen[seen.length - 1];
  for (const run of runs) {
    const part = x.subarray(run.start, run.start + run.count);
    assert.deepEqual([run.box.x0, run.box.x1], [Math.min(...part), Math.max(...part)]);
  }
});

test("a column says up to where it is known, and has no values beyond", async () => {
  const held = new Held((page) => new Uint8Array(COUNTS[page][1]).fill(page + 1).buffer);
  const known: number[] = [];
  const all = loadColumn(held.client, indexOf(), "columns/0/{page}.bin", "uint8", (values, upTo) => {
    known.push(upTo);
    if (upTo === 5000) assert.equal(values[5000], 255);
  });
  for (const page of [0, 2, 1, 3]) await held.release(`pages/columns/0/${page}.bin`);
  const values = await all;
  assert.deepEqual(known, [5000, 5000, 19_000]);
  assert.deepEqual([values[0], values[5000], values[25_999]], [1, 2, 4]);
});
