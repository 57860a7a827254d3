/** Answers `api/rows` and `api/row` from the blocks of a copy. */

import type { Cell } from "../api/format";
import { DUPLICATE_CLASSES } from "../selection/nodes";
import { Refused, type Block, type Copy } from "./copy";

const LONGEST = 1000;
const MOST = 200;
const MEMBERS = 100;

export async function rowsAnswer(copy: Copy, asked: URLSearchParams): Promise<unknown> {
  const names = (await copy.columns()).map((column) => column.name);
  const wanted = asked.has("columns") ? numbers(asked, "columns") : names.map((_, place) => place);
  const rows = asked.has("positions") ? await rowsAt(copy, numbers(asked, "positions")) : numbers(asked, "rows");
  if (rows.length === 0 || rows.length > MOST) throw new Refused(400, `1 to ${MOST} rows at once`);
  const limit = asked.get("full") === "1" ? Infinity : LONGEST;
  const found = await Promise.all(rows.map(async (row) => oneRow(...(await locate(copy, row)), row, wanted, limit)));
  return { columns: wanted.map((place) => names[place]), rows: found };
}

export async function rowAnswer(copy: Copy, asked: URLSearchParams): Promise<unknown> {
  const [row] = numbers(asked, "row");
  const columns = await copy.columns();
  const [block, at] = await locate(copy, row);
  return {
    columns: columns.map((column) => column.name),
    row: oneRow(block, at, row, columns.map((_, place) => place), Infinity),
    topics: await topicsOf(copy, block, at),
    duplicate: await groupOf(copy, row, verdictOf(block, at)),
    tags: [],
  };
}

async function rowsAt(copy: Copy, positions: readonly number[]): Promise<number[]> {
  const { pages, row_numbers } = await copy.index();
  return Promise.all(
    positions.map(async (position) => {
      const page = pages.find((one) => position >= one.start && position < one.start + one.count);
      if (page === undefined) throw new Refused(404, `there is no point ${position}`);
      const file = row_numbers.files.replace("{page}", String(page.page));
      return new Uint32Array(await copy.file(`pages/${file}`))[position - page.start];
    }),
  );
}

async function locate(copy: Copy, row: number): Promise<[Block, number]> {
  const { rows, block } = await copy.about();
  if (!(row < rows)) throw new Refused(404, `there is no row ${row}: this map has ${rows}, from 0`);
  return [await copy.block(Math.floor(row / block)), row % block];
}

function oneRow(block: Block, at: number, row: number, places: readonly number[], limit: number): unknown {
  const cut: Record<string, number> = {};
  const values = places.map((place, k) => {
    const cell = block.columns[place][at];
    const before = block.cut[place]?.[at];
    if (before !== undefined) cut[k] = before;
    const text = typeof cell === "string" || cell === null || typeof cell !== "object" ? cell : JSON.stringify(cell);
    if (typeof text !== "string" || text.length <= limit) return cell;
    cut[k] ??= text.length;
    return text.slice(0, limit) as Cell;
  });
  return {
    row,
    position: block.positions[at] < 0 ? null : block.positions[at],
    id: block.ids[at],
    values,
    cut,
    topics: block.topics === undefined ? null : block.topics.map((depth) => depth[at]),
    duplicate: verdictOf(block, at),
    deleted: block.deleted?.includes(at) ?? false,
  };
}

function verdictOf(block: Block, at: number): { verdict: string; cluster: number } | null {
  if (block.verdicts === undefined || block.clusters === undefined) return null;
  return { verdict: DUPLICATE_CLASSES[block.verdicts[at]], cluster: block.clusters[at] };
}

async function topicsOf(copy: Copy, block: Block, at: number): Promise<unknown[]> {
  const topics = await copy.topics();
  return (block.topics ?? []).flatMap((depth, level) => {
    const topic = topics.find((one) => one.id === depth[at]);
    if (topic === undefined) return [];
    return [{ id: topic.id, depth: topic.depth, label: topic.label, confidence: block.confidence?.[level][at] ?? null }];
  });
}

/** The group of a row; reads all blocks unless the row is alone in it. */
async function groupOf(copy: Copy, row: number, own: ReturnType<typeof verdictOf>): Promise<unknown> {
  if (own === null) return null;
  if (own.verdict === "singleton") return { ...own, size: 1, members: [row] };
  return { ...own, ...(await membersOf(copy, own.cluster)) };
}

async function membersOf(copy: Copy, cluster: number): Promise<{ size: number; members: number[] }> {
  const [keep, others]: [number[], number[]] = [[], []];
  await copy.eachBlock(({ clusters = [], verdicts = [], deleted = [] }, first) => {
    clusters.forEach((one, at) => {
      if (one !== cluster || deleted.includes(at)) return;
      (DUPLICATE_CLASSES[verdicts[at]] === "retention candidate" ? keep : others).push(first + at);
    });
  });
  const sorted = [keep, others].flatMap((rows) => rows.sort((a, b) => a - b));
  return { size: sorted.length, members: sorted.slice(0, MEMBERS) };
}

function numbers(asked: URLSearchParams, name: string): number[] {
  const text = asked.get(name) ?? "";
  if (!/^\d{1,10}(?:,\d{1,10})*$/u.test(text)) throw new Refused(400, `${name}=${text}: numbers separated by commas are taken`);
  return text.split(",").map(Number);
}
