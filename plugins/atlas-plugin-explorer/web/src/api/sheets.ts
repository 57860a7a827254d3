/** Sheets of small pictures, fetched when a point on them is to be shown; docs/reference/pages.md describes them. */

import type { Client } from "./client";
import type { ImagesEntry, IndexFile } from "./format";

/** Sheets that are kept: a sheet takes 4 MB of memory when it is decoded. */
const KEPT = 24;

/** Where a picture lies on its sheet, in pixels. */
export interface Tile {
  readonly sheet: ImageBitmap;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Sheets {
  private readonly sheets = new Map<number, ImageBitmap>();
  private readonly sizes = new Map<number, Uint8Array>();
  /** What is on its way, or cannot be had. */
  private readonly asked = new Set<string>();

  /** Called when a picture that was missing can be shown. */
  arrived: () => void = () => undefined;

  constructor(
    private readonly client: Client,
    private readonly index: IndexFile,
    private readonly entry: ImagesEntry,
  ) {}

  /** Return a point's picture; null if there is none, or not yet. */
  tile(position: number): Tile | null {
    const size = this.size(position);
    const { tile, columns, rows } = this.entry;
    const number = Math.floor(position / (columns * rows));
    if (size === null || size.width === 0) return null;
    const sheet = this.sheets.get(number);
    if (sheet === undefined) {
      void this.once(`sheet ${number}`, () => this.loadSheet(number));
      return null;
    }
    // Used last, let go last.
    this.sheets.delete(number);
    this.sheets.set(number, sheet);
    const place = position % (columns * rows);
    return { sheet, x: (place % columns) * tile, y: Math.floor(place / columns) * tile, ...size };
  }

  private size(position: number): { width: number; height: number } | null {
    const page = this.index.pages.find(({ start, count }) => position >= start && position < start + count);
    if (page === undefined) return null;
    const sizes = this.sizes.get(page.page);
    if (sizes === undefined) {
      void this.once(`sizes ${page.page}`, async () => {
        this.sizes.set(page.page, new Uint8Array(await this.client.page(this.entry.sizes.files, page.page)));
      });
      return null;
    }
    const place = position - page.start;
    return { width: sizes[place], height: sizes[page.count + place] };
  }

  private async loadSheet(number: number): Promise<void> {
    const { body } = await this.client.ask(`pages/${this.entry.sheets.files.replace("{sheet}", String(number))}`);
    this.sheets.set(number, await createImageBitmap(new Blob([body], { type: "image/jpeg" })));
    this.asked.delete(`sheet ${number}`);
    if (this.sheets.size <= KEPT) return;
    const [oldest, sheet] = this.sheets.entries().next().value ?? [-1, null];
    sheet?.close();
    this.sheets.delete(oldest);
  }

  /** Ask for something once; what fails is not asked for again, and its points stay points. */
  private async once(what: string, work: () => Promise<void>): Promise<void> {
    if (this.asked.has(what)) return;
    this.asked.add(what);
    try {
      await work();
      this.arrived();
    } catch {
      // A map is worth looking at without its pictures.
    }
  }
}
