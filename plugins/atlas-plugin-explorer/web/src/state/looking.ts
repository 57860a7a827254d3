/** What one looks at beside the map: the open row, the list of the selection, a topic that is pointed at, how points are drawn. */

import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Client } from "../api/client";
import type { Topic } from "../api/format";
import type { Mask } from "../render/renderer";
import { both, type Bits } from "../selection/bits";
import { ColumnsShown } from "./columns_shown";
import type { Layout } from "./layout";
import { Listing } from "./listing";
import type { Look, MapPort, Polygon } from "./map_port";
import type { PageSource } from "./page_source";
import { Reader } from "./reader";
import { RowBlocks } from "./row_blocks";
import type { RowSource } from "./rows";
import type { Selecting } from "./selecting";
import type { Store } from "./store";
import { boxOfTopic } from "./topic_tree";
import { TimeControl } from "./time_control";

export const USUAL_LOOK: Look = { size: 1, opacity: 1 };
/** Zoom, in parts of the first view's scale, to which a row of a list is brought near. */
const NEAR = 6;
/** Half the width of the box around a topic without a hull, in parts of the map's width. */
const REACH = 0.04;
const [LOWEST, USUAL_HEIGHT] = [140, 320];
/** More points than that are not counted anew in every frame. */
const MOST_COUNTED = 200_000;

export interface Around {
  readonly store: Store;
  readonly client: Client;
  readonly pages: PageSource;
  readonly rows: RowSource;
  readonly selecting: Selecting;
  readonly layout: Layout;
  readonly alive: ReadonlySignal<Bits | null>;
}

export class Looking {
  readonly reader: Reader;
  readonly listing: Listing;
  readonly blocks: RowBlocks;
  readonly columns: ColumnsShown;
  readonly time: TimeControl;
  readonly look = signal<Look>(USUAL_LOOK);
  /** Where the open row's point is in page order; null if none is open, or it has no place. */
  readonly at = signal<number | null>(null);
  readonly pointed = signal<Topic | null>(null);
  readonly drawerHeight = signal(USUAL_HEIGHT);
  /** The selection as lists and histograms count it: on large maps, while time plays, as it was before. */
  readonly counted: ReadonlySignal<Mask | null>;
  /** The row for which the map does not move. */
  private stays = -1;
  /** The row whose point has been looked up. */
  private placed = -1;
  /** The point whose row is being found. */
  private awaited = -1;

  constructor(
    private readonly around: Around,
    readonly map: () => MapPort | null,
  ) {
    const { store, client, pages, rows, selecting, alive } = around;
    this.reader = new Reader(client, rows, () => store.can.peek().neighbors !== false);
    const listed = computed(() => {
      const [bits, living] = [selecting.bits.value, alive.value];
      return bits === null || living === null ? (bits ?? living) : both(bits, living);
    });
    this.listing = new Listing(store, client, pages, listed);
    this.blocks = new RowBlocks(client);
    this.columns = new ColumnsShown(store);
    this.time = new TimeControl(store, pages, selecting);
    let before: Mask | null = null;
    this.counted = computed(() => {
      const large = (store.index.value?.points ?? 0) > MOST_COUNTED;
      if (!large || !this.time.playing.value) before = selecting.mask.value;
      return before;
    });
    effect(() => this.followOpenRow());
  }

  /** The outline of the topic that is pointed at; none if it has no hull. */
  get outlines(): readonly Polygon[] {
    const hull = this.pointed.value?.hull ?? [];
    return hull.length === 0 ? [] : [hull.map(([x, y]) => ({ x, y }))];
  }

  /** Open the row of a point that was clicked on the map. */
  readAt(position: number): void {
    this.at.value = position;
    this.uncover(position, 0);
    this.openAt(position, (row) => this.reader.open(row));
  }

  /** Open a row, as a link does: what is in the window stays. */
  show(row: number): void {
    this.stays = row;
    this.reader.open(row);
  }

  /** Open a row of a list, and bring its point into the window; `near`, also if it is there already. */
  read(row: number, position?: number | null, near = false): void {
    this.reader.open(row);
    if (position !== undefined) this.place(position, near);
  }

  /** Go `by` rows on in the selection. */
  walk(by: number): void {
    this.listing.want();
    const known = this.listing.order.peek();
    if (known === null) {
      // The order is being read; it is there in a moment.
      const stop = effect(() => {
        if (this.listing.order.value === null) return;
        queueMicrotask(() => stop());
        this.step(by);
      });
      return;
    }
    this.step(by);
  }

  frameTopic(id: number): void {
    const { store } = this.around;
    const topic = store.topics.peek().find((one) => one.id === id);
    const [x0, , x1] = store.index.peek()?.view ?? [0, 0, 1, 1];
    if (topic !== undefined) this.map()?.frame(boxOfTopic(topic, (x1 - x0) * REACH));
  }

  pointAtTopic(id: number | null): void {
    this.pointed.value = this.around.store.topics.peek().find((one) => one.id === id) ?? null;
  }

  readonly resizeDrawer = (height: number): void => {
    this.drawerHeight.value = Math.round(Math.min(Math.max(height, LOWEST), window.innerHeight - LOWEST));
  };

  private step(by: number): void {
    const position = this.listing.next(this.at.peek(), by);
    if (position === null) return;
    this.place(position);
    this.openAt(position, (row) => this.reader.turnTo(row));
  }

  /** Find the row of a point, and open it unless another point was chosen meanwhile. */
  private openAt(position: number, open: (row: number) => void): void {
    const { rows, layout } = this.around;
    this.awaited = position;
    void rows.at(position).catch(() => null).then((row) => {
      if (this.awaited !== position) return;
      this.awaited = -1;
      if (row !== null) open(row.row);
      else layout.rightOpen.value = this.reader.reading.peek() !== null;
    });
  }

  private place(position: number | null, near = false): void {
    this.at.value = position;
    if (position !== null) this.uncover(position, NEAR, near);
  }

  /** Fly to a point that lies outside the window, or under a panel that is open or opens now; `always`, also to others. */
  private uncover(position: number, zoom: number, always = false): void {
    const { layout } = this.around;
    const pixel = this.map()?.locate(position) ?? null;
    // The details are open in a moment, and the flight has to mind them.
    layout.rightOpen.value = true;
    const { top, right, bottom, left } = layout.covered(this.drawerHeight.peek());
    const { innerWidth, innerHeight } = window;
    const free = pixel !== null && pixel.x > left && pixel.x < innerWidth - right && pixel.y > top && pixel.y < innerHeight - bottom;
    if (always || !free) this.map()?.visit(position, zoom);
  }

  /** A row that was opened by its number has its place found; the panel is open while a row is. */
  private followOpenRow(): void {
    const reading = this.reader.reading.value;
    const { layout } = this.around;
    layout.rightOpen.value = reading !== null;
    if (reading !== null && layout.narrow.peek()) layout.leftOpen.value = false;
    if (reading === null) {
      this.at.value = null;
      this.placed = this.awaited = -1;
      return;
    }
    // Once a row: by the time its neighbours arrive one may have gone on to the next.
    if (reading.detail === null || this.placed === reading.row || this.awaited >= 0) return;
    this.placed = reading.row;
    const { position } = reading.detail.row;
    if (position === this.at.peek()) return;
    if (this.stays === reading.row) this.at.value = position;
    else this.place(position);
  }
}
