/** Hands out the selection and the picture: to the clipboard, or as files. */

import { signal } from "@preact/signals";
import { json, type Client } from "../api/client";
import type { RowsAnswer } from "../api/format";
import type { SelectionNode } from "../selection/nodes";
import { cellText } from "../ui/cell_text";
import type { Explorer } from "./explorer";
import type { MapPort } from "./map_port";

export type FileFormat = "csv" | "parquet" | "ids";

/** More than that is a file's, not a clipboard's. */
export const MOST_COPIED_ROWS = 1_000;
const MOST_COPIED_BYTES = 16_000_000;
/** The server sends so many uncut rows at once. */
const AT_ONCE = 20;

interface Written {
  readonly address: string;
  readonly rows: number;
  readonly bytes: number;
}

export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "working"; readonly what: string }
  | { readonly kind: "done"; readonly what: string }
  | { readonly kind: "failed"; readonly message: string };

export class Exporting {
  /** What became of the last thing that was asked for. */
  readonly outcome = signal<Outcome>({ kind: "none" });

  constructor(
    private readonly client: Client,
    private readonly selection: () => SelectionNode | null,
    private readonly map: () => MapPort | null,
    private readonly name: () => string,
  ) {}

  /** Write the selection into a file of the server's, and fetch it. */
  file(format: FileFormat, columns: readonly string[] | null = null): Promise<void> {
    return this.doing(`Writing ${FILE_NAMES[format]}…`, async () => {
      const written = await this.write(format, columns);
      download(written.address, "");
      return `${count(written.rows)} written`;
    });
  }

  copyIds(): Promise<void> {
    return this.doing("Copying…", async () => {
      const written = await this.write("ids", null);
      if (written.bytes > MOST_COPIED_BYTES) throw new Error(`${count(written.rows)} are too many to copy: export the ids as a file.`);
      const { body } = await this.client.ask(written.address);
      await toClipboard(new TextDecoder().decode(body).trimEnd());
      return `${count(written.rows, "id")} copied`;
    });
  }

  /** Copy rows with some columns, tab-separated, as spreadsheets take them. */
  copyRows(positions: Uint32Array, columns: readonly number[]): Promise<void> {
    return this.doing("Copying…", async () => {
      if (positions.length > MOST_COPIED_ROWS) {
        throw new Error(`${count(positions.length)} are too many to copy, ${MOST_COPIED_ROWS} at most: export them as a file.`);
      }
      const lines: string[] = [];
      for (let from = 0; from < positions.length; from += AT_ONCE) {
        const some = positions.subarray(from, from + AT_ONCE);
        const answer = await this.client.json<RowsAnswer>(`api/rows?positions=${some.join(",")}&columns=${columns.join(",")}&full=1`);
        if (from === 0) lines.push(tsvLine(answer.columns));
        for (const row of answer.rows) lines.push(tsvLine(row.values.map(cellText)));
      }
      await toClipboard(lines.join("\n"));
      return `${count(positions.length)} copied`;
    });
  }

  picture(format: "png" | "svg", ratio: number): Promise<void> {
    return this.doing("Drawing…", async () => {
      const map = this.map();
      if (map === null) throw new Error("The map has not been drawn yet.");
      const blob = format === "png" ? await map.png(ratio) : new Blob([await map.svg(ratio)], { type: "image/svg+xml" });
      const address = URL.createObjectURL(blob);
      download(address, `${this.name()}.${format}`);
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      return "Picture saved";
    });
  }

  private write(format: FileFormat, columns: readonly string[] | null): Promise<Written> {
    return this.client.json<Written>("api/export", json({ selection: this.selection(), format, columns }));
  }

  private async doing(what: string, work: () => Promise<string>): Promise<void> {
    this.outcome.value = { kind: "working", what };
    try {
      this.outcome.value = { kind: "done", what: await work() };
    } catch (error) {
      this.outcome.value = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
    }
  }
}

const made = new WeakMap<Explorer, Exporting>();

/** The one of a page; made when it is first wanted, as this module comes late. */
export function exportingOf(explorer: Explorer): Exporting {
  const { client, selecting, looking, store } = explorer;
  const name = (): string => store.index.peek()?.map.name ?? "map";
  const exporting = made.get(explorer) ?? new Exporting(client, () => selecting.node.peek(), looking.map, name);
  made.set(explorer, exporting);
  return exporting;
}

const FILE_NAMES: Readonly<Record<FileFormat, string>> = { csv: "CSV", parquet: "Parquet", ids: "ids" };

/** A line of tab-separated values; a value that holds a tab, a line break or a quote is quoted. */
export function tsvLine(values: readonly string[]): string {
  return values.map((value) => (/[\t\n\r"]/u.test(value) ? `"${value.replace(/"/gu, '""')}"` : value)).join("\t");
}

function count(rows: number, noun = "row"): string {
  return `${new Intl.NumberFormat("en").format(rows)} ${rows === 1 ? noun : `${noun}s`}`;
}

function download(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/** The clipboard of a browser is closed to pages that came over a network without encryption; there the old way serves. */
async function toClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // Below is what works where this is forbidden.
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("This browser does not let the page copy. Export a file instead.");
}
