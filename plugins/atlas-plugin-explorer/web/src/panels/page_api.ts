/** What a plugin's panel, and a notebook, can ask of the page and tell it: docs/reference/hooks.md. */

import { effect } from "@preact/signals";
import type { RowsAnswer } from "../api/format";
import type { Ask, Answer } from "../api/transport";
import type { SelectionNode } from "../selection/nodes";
import { members } from "../selection/bits";
import type { Explorer } from "../state/explorer";

export interface PageEvents {
  /** Another selection, or its count has come: null while it is being asked. */
  selection: { readonly node: SelectionNode | null; readonly count: number | null };
  /** The row that is open, by its number; null when it was closed. */
  row: { readonly row: number | null };
  theme: { readonly dark: boolean };
}

export interface PageApi {
  readonly version: 1;
  readonly map: {
    readonly dataset: string;
    readonly name: string;
    readonly rows: number;
    readonly points: number;
    readonly columns: readonly { readonly name: string; readonly kind: string; readonly type: string }[];
  };
  /** The selection in the selection language; null is everything. */
  selection(): SelectionNode | null;
  /** Select something else; null is everything. It can be undone. Throws where it is no selection. */
  select(node: SelectionNode | null): void;
  /** How many points are selected; null while that is being asked. */
  count(): number | null;
  /** Numbers of the first selected rows, in the order of the map. */
  selectedRows(most?: number): Promise<number[]>;
  /** Rows by number, 200 at most, as `api/rows` answers them. */
  rows(numbers: readonly number[]): Promise<RowsAnswer>;
  /** Open a row, and bring its point into the window. */
  open(row: number): Promise<void>;
  /** Ask a route of the plugin's own, by its path under `plugins/`. */
  request(path: string, ask?: Ask): Promise<Answer>;
  dark(): boolean;
  /** Listen to an event, which is told at once and whenever it changes; returns what ends that. */
  on<E extends keyof PageEvents>(event: E, listener: (now: PageEvents[E]) => void): () => void;
}

const MOST = 200;

export function createPageApi(explorer: Explorer): PageApi {
  const { store, selecting, looking, client } = explorer;
  const index = store.index.peek();
  const now: { readonly [E in keyof PageEvents]: () => PageEvents[E] } = {
    selection: () => ({ node: selecting.node.value, count: selecting.count.value }),
    row: () => ({ row: looking.reader.reading.value?.row ?? null }),
    theme: () => ({ dark: store.dark.value }),
  };
  return {
    version: 1,
    map: {
      dataset: index?.dataset ?? "",
      name: index?.map.name ?? "",
      rows: index?.rows ?? 0,
      points: index?.points ?? 0,
      columns: store.columns.peek().map(({ name, kind, type }) => ({ name, kind, type })),
    },
    selection: () => selecting.node.peek(),
    select: (node) => selecting.select(node),
    count: () => selecting.count.peek(),
    selectedRows: (most = MOST) => selectedRows(explorer, most),
    rows: (numbers) => client.rows(numbers),
    open: (row) => openRow(explorer, row),
    request: (path, ask) => client.ask(`plugins/${path.replace(/^\/+/u, "")}`, ask),
    dark: () => store.dark.peek(),
    on: (event, listener) => follow(now[event], listener),
  };
}

/** Tell what `read` gives now, and then whenever it is something else. */
function follow<T>(read: () => T, listener: (now: T) => void): () => void {
  let before = "";
  return effect(() => {
    const found = read();
    const text = JSON.stringify(found);
    if (text !== before) listener(found);
    before = text;
  });
}

async function selectedRows({ selecting, rows, store }: Explorer, most: number): Promise<number[]> {
  const bits = selecting.bits.peek();
  const points = store.index.peek()?.points ?? 0;
  const positions = bits === null ? Array.from({ length: Math.min(most, points) }, (_, k) => k) : members(bits).subarray(0, most);
  const found = await Promise.all(Array.from(positions, (position) => rows.at(position)));
  return found.flatMap((row) => (row === null ? [] : [row.row]));
}

async function openRow(explorer: Explorer, number: number): Promise<void> {
  const position = await explorer.rows.positionOf(number);
  explorer.looking.read(number, position < 0 ? null : position, true);
}
