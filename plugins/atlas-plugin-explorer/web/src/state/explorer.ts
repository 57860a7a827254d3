/** Ties the store, the server and the stage together: what happens when something changes. */

import { effect } from "@preact/signals";
import { RequestError, type Client } from "../api/client";
import { loadGeometry } from "../api/loader";
import type { IndexFile, Row, Topic } from "../api/format";
import { labelInk } from "../color/theme";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../color/topic_hues";
import type { ShownLabel } from "../labels/layer";
import { Stage, type StageParts } from "../map/stage";
import type { Insets, Size, View } from "../map/view";
import { readPlace, writePlace } from "./address";
import type { MapEvents } from "./map_port";
import { ColorSource } from "./colors";
import { combineMask } from "./mask";
import { RowSource } from "./rows";
import { searchLive } from "./searching";
import { NO_QUERY, type ColorChoice, type Store } from "./store";

/** A mouse that passes over points asks for none of them. */
const HOVER_PAUSE = 70;
const VISIT_ZOOM = 6;
/** Milliseconds after which points are shown without their colours. */
const LONGEST_GREY = 350;

export class Explorer {
  private stage: Stage | null = null;
  private matches: Uint8Array | null = null;
  private hoverTimer: ReturnType<typeof setTimeout> | undefined;
  private rows: RowSource | null = null;
  private readonly colors: ColorSource;
  private nowColored: () => void = () => undefined;
  /** Points are first shown in their colours, unless those keep one waiting. */
  private readonly colored: Promise<void>;

  constructor(
    readonly store: Store,
    readonly client: Client,
  ) {
    this.colors = new ColorSource(this.client, store);
    this.colored = new Promise((resolve) => (this.nowColored = resolve));
  }

  /** Read what the map is. The stage comes when there is a place to draw (`attach`). */
  async open(): Promise<void> {
    const { store } = this;
    const place = readPlace(location.hash);
    try {
      const index = await this.client.index();
      const [columns, topics] = await Promise.all([
        this.client.columns(index.columns.file),
        index.topics === null ? [] : this.client.topics(index.topics.file),
      ]);
      store.columns.value = columns;
      store.topics.value = topics;
      store.colorChoice.value = place.color ?? firstChoice(index);
      store.query.value = place.query;
      store.index.value = index;
      store.status.value = { kind: index.points === 0 ? "empty" : "ready" };
    } catch (error) {
      const waits = error instanceof RequestError && ["not_ready", "unreachable"].includes(error.code);
      store.status.value = waits ? { kind: "waiting" } : { kind: "failed", message: messageOf(error) };
    }
  }

  attach(parts: StageParts, size: Size, insets: Insets): void {
    const index = this.store.index.peek();
    if (index === null || this.stage !== null) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    this.rows = new RowSource(this.client, index);
    setTimeout(this.nowColored, LONGEST_GREY);
    const stage = new Stage(parts, index, size, insets, this.stageEvents(), () => still.matches);
    this.stage = stage;
    // For plugins' panels and for tests.
    Object.assign(parts.host, { map: stage });
    const { view } = readPlace(location.hash);
    if (view !== null) stage.jump(view);
    // An address that is pasted over this page's own loads nothing anew.
    window.addEventListener("hashchange", () => {
      const place = readPlace(location.hash);
      if (place.view === null) stage.goHome();
      else stage.jump(place.view);
      this.store.query.value = place.query;
      if (place.color !== null) this.choose(place.color);
    });
    stage.setTopics(this.store.topics.peek());
    this.follow(stage, index, this.rows);
    loadGeometry(this.client, index, (points) => {
      void this.colored.then(() => {
        stage.setPoints(points);
        this.store.loaded.value = points.loaded;
      });
    }).catch((error: unknown) => {
      this.store.status.value = { kind: "failed", message: messageOf(error) };
    });
  }

  resize(size: Size, insets: Insets): void {
    this.stage?.resize(size, insets);
  }

  zoom(factor: number): void {
    this.stage?.zoom(factor);
  }

  goHome(): void {
    this.stage?.goHome();
  }

  /** Fly to a row and show its card. */
  async visit(row: Row): Promise<void> {
    const position = (await this.rows?.positionOf(row.row)) ?? -1;
    if (position < 0) return;
    this.stage?.visit(position, VISIT_ZOOM);
    this.showCard(position, true);
  }

  toggleIsolated(key: number): void {
    const next = new Set(this.store.isolated.peek());
    if (!next.delete(key)) next.add(key);
    this.store.isolated.value = next;
  }

  choose(choice: ColorChoice): void {
    this.store.isolated.value = new Set();
    this.store.colorChoice.value = choice;
  }

  /** Take back the last thing that singles points out: the card, then the search, then the legend's choice. */
  clear(): void {
    const { card, query, isolated } = this.store;
    if (card.peek()?.pinned === true) this.showCard(-1, false);
    else if (query.peek().text !== "") query.value = { ...NO_QUERY, field: query.peek().field };
    else isolated.value = new Set();
  }

  private follow(stage: Stage, index: IndexFile, rows: RowSource): void {
    const { store } = this;
    effect(() => stage.setDark(store.dark.value));
    effect(() => this.inkLabels(stage, store.dark.value, store.colorChoice.value));
    effect(() => void this.recolor(stage, index, store.colorChoice.value, store.dark.value));
    effect(() => {
      const isolated = store.isolated.value;
      void isolated;
      this.mask();
    });
    searchLive(this.client, store, rows, (marks) => {
      this.matches = marks;
      this.mask();
    });
    effect(() => {
      void [store.query.value, store.colorChoice.value];
      this.remember(stage.view());
    });
    effect(() => {
      const card = store.card.value;
      stage.setRings(card === null ? [] : [card.position]);
    });
  }

  private inkLabels(stage: Stage, dark: boolean, choice: ColorChoice): void {
    const topics = this.store.topics.peek();
    const hues = topicColors(topics, dark ? DARK_TONES : LIGHT_TONES);
    // Where colours mean something else than topics, a label's hue would mislead.
    const tinted = choice.by === "topics";
    stage.setInks(
      new Map(topics.map((topic, place) => [topic.id, labelInk(tinted ? hues[place] : null, topic.depth, dark)])),
    );
  }

  private async recolor(stage: Stage, index: IndexFile, choice: ColorChoice, dark: boolean): Promise<void> {
    const { store } = this;
    try {
      const coloring = await this.colors.coloring(index, choice, dark);
      // Another choice may have been made while this one was loading.
      if (store.colorChoice.peek() !== choice || store.dark.peek() !== dark) return;
      store.coloring.value = coloring;
      store.colorTrouble.value = null;
      stage.setColors(coloring.colors);
      this.nowColored();
      this.mask();
    } catch (error) {
      store.colorTrouble.value = messageOf(error);
      // An address may name a column that this map does not have.
      if (store.coloring.peek() === null) store.colorChoice.value = firstChoice(index);
    }
  }

  private mask(): void {
    const colors = this.store.coloring.peek()?.colors.index;
    if (colors === undefined) return;
    this.stage?.setMask(combineMask(this.matches, colors, this.store.isolated.peek()));
  }

  private stageEvents(): MapEvents {
    return {
      hovered: (position) => this.hover(position),
      picked: (position) => this.showCard(position, position >= 0),
      labelPicked: (topic) => this.frameTopic(topic),
      // Nothing is selected by a lasso yet.
      lassoed: () => undefined,
      escaped: () => this.clear(),
      labelsShown: (labels) => {
        if (!sameLabels(labels, this.store.shownLabels.peek())) this.store.shownLabels.value = labels;
      },
      moved: () => this.moveCard(),
      rested: (view) => {
        this.moveCard();
        this.remember(view);
      },
    };
  }

  /** Fly to where a topic lies. */
  frameTopic(topic: Topic): void {
    const xs = topic.hull.map(([x]) => x);
    const ys = topic.hull.map(([, y]) => y);
    const box = { x0: Math.min(...xs, topic.x), y0: Math.min(...ys, topic.y), x1: Math.max(...xs, topic.x), y1: Math.max(...ys, topic.y) };
    this.stage?.frame(box);
  }

  private hover(position: number): void {
    const card = this.store.card.peek();
    if (card?.pinned === true) return;
    if (position === (card?.position ?? -1)) return;
    this.showCard(position, false);
  }

  private showCard(position: number, pinned: boolean): void {
    clearTimeout(this.hoverTimer);
    const pixel = position < 0 ? null : this.stage?.locate(position);
    if (pixel === null || pixel === undefined) {
      this.store.card.value = null;
      return;
    }
    const before = this.store.card.peek();
    // A click on a point whose card is already there only pins it.
    const row = before?.position === position ? before.row : null;
    this.store.card.value = { position, pixel, row, pinned };
    if (row !== null) return;
    this.hoverTimer = setTimeout(() => void this.fillCard(position), pinned ? 0 : HOVER_PAUSE);
  }

  private async fillCard(position: number): Promise<void> {
    try {
      const row = (await this.rows?.at(position)) ?? null;
      const card = this.store.card.peek();
      if (card?.position === position) this.store.card.value = { ...card, row };
    } catch (error) {
      const card = this.store.card.peek();
      if (card?.position === position) this.store.card.value = { ...card, trouble: messageOf(error) };
    }
  }

  /** A pinned card goes with its point; one that only hovers goes away with the point. */
  private moveCard(): void {
    const card = this.store.card.peek();
    const pixel = card === null ? null : this.stage?.locate(card.position);
    if (card === null || !pixel || (pixel.x === card.pixel.x && pixel.y === card.pixel.y)) return;
    this.store.card.value = card.pinned ? { ...card, pixel } : null;
  }

  private remember(view: View): void {
    const { store, stage } = this;
    const atHome = stage?.atHome() ?? true;
    store.atHome.value = atHome;
    const choice = store.colorChoice.peek();
    const hash = writePlace({ view: atHome ? null : view, color: choice, query: store.query.peek() });
    // Replaced, not pushed: moving about a map is not going to pages.
    history.replaceState(null, "", `#${hash}`);
  }
}

function firstChoice(index: IndexFile): ColorChoice {
  return index.topics === null || index.topics.depths.length === 0 ? { by: "nothing" } : { by: "topics", depth: 1 };
}

function sameLabels(a: readonly ShownLabel[], b: readonly ShownLabel[]): boolean {
  return a.length === b.length && a.every((one, k) => one.topic === b[k].topic && one.x === b[k].x && one.y === b[k].y);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
