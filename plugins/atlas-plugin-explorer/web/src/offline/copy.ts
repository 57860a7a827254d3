/** What a copy of the page holds, read when it is asked for and kept. */

import type { Cell, Column, ColorColumn, IndexFile, Topic } from "../api/format";
import { isColorable } from "../api/format";
import type { MapState } from "../api/map_state";
import type { PageArray } from "../api/loader";
import { idle } from "../turns";
import { allBits, fromBytes, inverse, type Bits } from "../selection/bits";
import type { Carrier } from "./carrier";

export interface About {
  readonly state: MapState;
  readonly rows: number;
  readonly block: number;
}

/** Some rows in a row, column by column: docs/reference/explorer.md. */
export interface Block {
  readonly ids: readonly (string | number | null)[];
  readonly columns: readonly (readonly Cell[])[];
  readonly cut: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** -1 for a row without a place. */
  readonly positions: readonly number[];
  readonly topics?: readonly (readonly number[])[];
  readonly confidence?: readonly (readonly number[])[];
  readonly verdicts?: readonly number[];
  readonly clusters?: readonly number[];
  readonly deleted?: readonly number[];
}

/** A block as its file has it: texts that can be searched lie in files of their own, and are null here. */
type Stored = Omit<Block, "columns"> & { readonly columns: readonly (readonly Cell[] | null)[] };

/** Files under way at once. */
const PARALLEL = 6;

export const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export class Copy {
  private readonly kept = new Map<string, Promise<unknown>>();
  /** The columns whose texts are waited for; others are read only while the page has nothing else to do. */
  private readonly wanted = new Set<number>();
  /** Is told how much of the texts that are waited for is there, 0..1; null when all is. */
  progress: (share: number | null) => void = () => undefined;

  constructor(private readonly carrier: Carrier) {}

  /** Return a file as it is. */
  async file(name: string): Promise<ArrayBuffer> {
    const found = await this.carrier.bytes(name);
    if (found === null) throw new Refused(404, `this copy has no file ${name}`);
    return found;
  }

  about(): Promise<About> {
    return this.json("about.json");
  }

  index(): Promise<IndexFile> {
    return this.json("pages/index.json");
  }

  async columns(): Promise<readonly Column[]> {
    const { columns } = await this.index();
    return (await this.json<{ columns: readonly Column[] }>(`pages/${columns.file}`)).columns;
  }

  async topics(): Promise<readonly Topic[]> {
    const { topics } = await this.index();
    return topics === null ? [] : (await this.json<{ topics: readonly Topic[] }>(`pages/${topics.file}`)).topics;
  }

  block(number: number): Promise<Block> {
    return this.keep(`block ${number}`, async () => {
      const stored = await this.read<Stored>(`rows/${number}`);
      const columns = stored.columns.map((cells, place) => cells ?? this.read<readonly Cell[]>(`texts/${place}/${number}`));
      return { ...stored, columns: await Promise.all(columns) };
    });
  }

  /** The row of each point, in page order. */
  async rowNumbers(): Promise<ArrayLike<number>> {
    return this.array((await this.index()).row_numbers.files, "uint32");
  }

  /** Return a column of pages whole, in page order. */
  array(files: string, encoding: keyof typeof ARRAYS): Promise<PageArray> {
    return this.keep(`array ${files}`, async () => {
      const index = await this.index();
      const values = new ARRAYS[encoding](index.points);
      for (const page of index.pages) {
        values.set(new ARRAYS[encoding](await this.file(`pages/${files.replace("{page}", String(page.page))}`)), page.start);
      }
      return values;
    });
  }

  async column(name: string): Promise<{ entry: ColorColumn; values: PageArray } | null> {
    const entry = (await this.columns()).find((one) => one.name === name);
    if (entry === undefined || !isColorable(entry)) return null;
    return { entry, values: await this.array(entry.files, entry.encoding) };
  }

  async places(): Promise<{ x: Float32Array; y: Float32Array }> {
    return this.keep("places", async () => {
      const index = await this.index();
      const [x, y] = [new Float32Array(index.points), new Float32Array(index.points)];
      for (const page of index.pages) {
        const file = index.geometry.files.replace("{page}", String(page.page));
        const values = new Float32Array(await this.file(`pages/${file}`));
        x.set(values.subarray(0, page.count), page.start);
        y.set(values.subarray(page.count), page.start);
      }
      return { x, y };
    });
  }

  /** Return something of every point, in page order: what `read` finds in the rows. The blocks themselves are not kept. */
  async perPoint<T>(read: (block: Stored, at: number) => T, empty: T): Promise<T[]> {
    const { points } = await this.index();
    const found = new Array<T>(points).fill(empty);
    await this.eachBlock((block) => {
      block.positions.forEach((position, at) => position >= 0 && (found[position] = read(block, at)));
    });
    return found;
  }

  async eachBlock(work: (block: Stored, first: number) => void): Promise<void> {
    await this.each("rows", work);
  }

  /** Return the cells of a column, in page order. */
  async cells(place: number): Promise<ArrayLike<Cell>> {
    if (!(await this.columns())[place].searchable) return this.perPoint((block, at) => block.columns[place]?.[at] ?? null, null);
    const [texts, rows] = await Promise.all([this.texts(place), this.rowNumbers()]);
    return Array.from(rows, (row) => texts[row]);
  }

  /** Return the texts of a column that can be searched, in upload order. Where they are not `needed` yet, the page goes first. */
  texts(place: number, needed = true): Promise<readonly (string | null)[]> {
    if (needed) this.wanted.add(place);
    return this.keep(`texts ${place}`, async () => {
      const texts = new Array<string | null>((await this.about()).rows).fill(null);
      await this.each<readonly Cell[]>(`texts/${place}`, (cells, first, share) => {
        cells.forEach((cell, at) => (texts[first + at] = cell === null || typeof cell === "string" ? cell : String(cell)));
        if (this.wanted.has(place)) this.progress(share < 1 ? share : null);
      }, async () => {
        if (!this.wanted.has(place)) await idle();
      });
      return texts;
    });
  }

  /** Read the files of all rows in a folder; `share` is how much of them there is by then. */
  private async each<T>(
    folder: string, work: (content: T, first: number, share: number) => void, pause?: () => Promise<void>,
  ): Promise<void> {
    const { rows, block: length } = await this.about();
    let [next, done] = [0, 0];
    const worker = async (): Promise<void> => {
      while (next * length < rows) {
        const number = next++;
        await pause?.();
        work(await this.read(`${folder}/${number}`), number * length, (++done * length) / rows);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  async alive(): Promise<Bits> {
    const [{ state }, { points }] = [await this.about(), await this.index()];
    if (state.hidden === 0) return allBits(points);
    return inverse(fromBytes(new Uint8Array(await this.file("hidden")), points), points);
  }

  private json<T>(name: string): Promise<T> {
    return this.keep(name, () => this.read(name));
  }

  private async read<T>(name: string): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.file(name))) as T;
  }

  private keep<T>(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.kept.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const making = make();
    this.kept.set(name, making);
    // What failed is tried anew the next time.
    making.catch(() => this.kept.delete(name));
    return making;
  }
}

/** A request that is not granted, as the server would say it. */
export class Refused extends Error {
  constructor(
    readonly status: 400 | 404 | 409,
    message: string,
  ) {
    super(message);
  }
}
