/** What `index.json`, `topics.json` and `columns.json` hold: docs/reference/pages.md, version 1. */

export interface IndexFile {
  readonly format: "localatlas-pages";
  readonly version: number;
  readonly fingerprint: string;
  readonly dataset?: string;
  readonly map: { readonly id: string; readonly name: string };
  readonly rows: number;
  readonly points: number;
  readonly text_field: string | null;
  readonly bounds: readonly [number, number, number, number];
  readonly view: readonly [number, number, number, number];
  readonly levels: readonly { readonly level: number; readonly start: number; readonly count: number }[];
  readonly pages: readonly PageEntry[];
  readonly geometry: { readonly encoding: string; readonly files: string };
  readonly row_numbers: { readonly encoding: string; readonly files: string };
  readonly columns: { readonly file: string; readonly count: number };
  readonly topics: TopicsEntry | null;
  readonly duplicates: {
    readonly encoding: "uint8";
    readonly files: string;
    readonly counts: Readonly<Record<string, number>>;
  } | null;
  readonly images?: ImagesEntry | null;
}

/** Sheets of small pictures. */
export interface ImagesEntry {
  /** Pixels of a tile's side; tiles of a sheet, by columns and rows. */
  readonly tile: number;
  readonly columns: number;
  readonly rows: number;
  readonly sheets: { readonly files: string; readonly count: number };
  readonly sizes: { readonly encoding: string; readonly files: string };
}

export interface PageEntry {
  readonly page: number;
  readonly level: number;
  readonly start: number;
  readonly count: number;
  readonly box: readonly [number, number, number, number];
}

export interface TopicsEntry {
  readonly file: string;
  readonly encoding: "uint16" | "uint32";
  readonly none: number;
  readonly depths: readonly { readonly depth: number; readonly topics: number; readonly files: string }[];
}

export interface Topic {
  readonly id: number;
  readonly depth: number;
  readonly parent: number | null;
  readonly label: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly size: number;
  readonly x: number;
  readonly y: number;
  readonly hull: readonly (readonly [number, number])[];
}

interface ColumnBase {
  readonly name: string;
  readonly type: string;
  readonly colorable: boolean;
  readonly searchable: boolean;
  readonly nulls: number;
}

export type CategoryValue = string | boolean;

export interface CategoryColumn extends ColumnBase {
  readonly kind: "category" | "boolean";
  readonly encoding: "uint8";
  readonly files: string;
  readonly categories: readonly { readonly value: CategoryValue; readonly count: number }[];
  readonly other: { readonly values: number; readonly count: number };
}

export interface NumberColumn extends ColumnBase {
  readonly kind: "number";
  readonly encoding: "float32";
  readonly files: string;
  readonly integer: boolean;
  readonly min: number;
  readonly max: number;
  readonly quantiles: readonly number[];
}

export interface DateColumn extends ColumnBase {
  readonly kind: "date";
  readonly encoding: "float64";
  readonly files: string;
  readonly unit: "month" | "day" | "second";
  readonly min: number;
  readonly max: number;
  readonly quantiles: readonly number[];
}

export interface PlainColumn extends ColumnBase {
  readonly kind: "text" | "id" | "other";
}

export type Column = CategoryColumn | NumberColumn | DateColumn | PlainColumn;

/** A column whose values are in pages. */
export type ColorColumn = CategoryColumn | NumberColumn | DateColumn;

export function isColorable(column: Column): column is ColorColumn {
  return column.colorable && "files" in column;
}

/** A value of a row as JSON brings it; lists and structs come as they are. */
export type Cell = string | number | boolean | null | readonly Cell[] | { readonly [key: string]: Cell };

export interface Row {
  readonly row: number;
  /** The place of its point in page order; null if it has none. */
  readonly position: number | null;
  readonly id: string | number | null;
  readonly values: readonly Cell[];
  readonly cut: Readonly<Record<string, number>>;
  readonly topics: readonly number[] | null;
  readonly duplicate: { readonly verdict: string; readonly cluster: number } | null;
  readonly deleted?: boolean;
}

/** What `api/row` says: all that is known of one row, uncut. */
export interface RowDetail {
  readonly columns: readonly string[];
  readonly row: Row;
  /** Broad to fine. */
  readonly topics: readonly { readonly id: number; readonly depth: number; readonly label: string; readonly confidence: number }[];
  /** `members` are row numbers, the one to keep first, 100 at most. */
  readonly duplicate: {
    readonly verdict: string;
    readonly cluster: number;
    readonly size: number;
    readonly members: readonly number[];
  } | null;
  readonly tags: readonly string[];
}

export interface RowsAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}
