/** Ties the store, the server and the stage together: what happens when something changes. */

import { computed, effect, signal } from "@preact/signals";
import { RequestError, type Client } from "../api/client";
import type { IndexFile, Row, Topic } from "../api/format";
import { loadGeometry } from "../api/loader";
import { labelInk } from "../color/theme";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../color/topic_hues";
import type { ShownLabel } from "../labels/layer";
import { Stage, type StageParts } from "../map/stage";
import type { Insets, Size, View } from "../map/view";
import { fromBytes, inverse, spread, type Bits } from "../selection/bits";
import { conditions, type Group } from "../selection/tree";
import { readPlace, writePlace } from "./address";
import { Answers } from "./answers";
import { Cards } from "./cards";
import { ColorSource } from "./colors";
import { Finding } from "./finding";
import { Known } from "./known";
import { createLayout, followSearch } from "./layout";
import type { LassoJoin, MapEvents, Polygon } from "./map_port";
import { combineMask } from "./mask";
import { PageSource } from "./page_source";
import { RowSource } from "./rows";
import { Selecting } from "./selecting";
import { SimilaritySource } from "./similarity_source";
import { StatsSource } from "./stats";
import type { ColorChoice, Store } from "./store";

const VISIT_ZOOM = 6;
/** Milliseconds after which points are shown without their colours. */
const LONGEST_GREY = 350;

export class Explorer {
  readonly pages: PageSource;
  readonly rows: RowSource;
  readonly likeness: SimilaritySource;
  readonly known: Known;
  readonly answers: Answers;
  readonly selecting: Selecting;
  readonly finding: Finding;
  readonly stats: StatsSource;
  readonly cards: Cards;
  readonly layout = createLayout(window.innerWidth);
  /** Points whose rows still exist; null while none was deleted. */
  readonly alive = signal<Bits | null>(null);
  private stage: Stage | null = null;
  private readonly colors: ColorSource;
  private nowColored: () => void = () => undefined;
  /** Points are first shown in their colours, unless those keep one waiting. */
  private readonly colored: Promise<void>;

  constructor(
    readonly store: Store,
    readonly client: Client,
  ) {
    const points = computed(() => store.index.value?.points ?? 0);
    this.pages = new PageSource(client, store);
    this.rows = new RowSource(client, store);
    this.likeness = new SimilaritySource(client);
    this.known = new Known(store, this.pages, this.likeness);
    this.answers = new Answers(client, this.known, () => store.mapState.peek()?.can.select ?? true);
    this.selecting = new Selecting(this.answers, points, this.alive);
    this.finding = new Finding(this.selecting, client, this.rows, this.likeness);
    this.stats = new StatsSource(client);
    this.cards = new Cards(store, this.rows, (position) => this.stage?.locate(position) ?? null);
    this.colors = new ColorSource(this.pages, store);
    followSearch(this.layout, () => this.finding.condition.value !== null);
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
      store.index.value = index;
      this.selecting.start(place.selection);
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
    setTimeout(this.nowColored, LONGEST_GREY);
    const stage = new Stage(parts, index, size, insets, this.stageEvents(), () => still.matches);
    this.stage = stage;
    // For plugins' panels and for tests.
    Object.assign(parts.host, { map: stage });
    const { view, row } = readPlace(location.hash);
    if (view !== null) stage.jump(view);
    // An address that is pasted over this page's own loads nothing anew.
    window.addEventListener("hashchange", () => this.goTo(stage));
    stage.setTopics(this.store.topics.peek());
    this.follow(stage, index);
    loadGeometry(this.client, index, (points) => {
      void this.colored.then(() => {
        stage.setPoints(points);
        this.store.loaded.value = points.loaded;
        if (points.loaded === points.total) {
          this.known.positions = points;
          if (row !== null) void this.openRow(row);
        }
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
    const position = row.position ?? (await this.rows.positionOf(row.row));
    if (position < 0) return;
    this.stage?.visit(position, VISIT_ZOOM);
    this.cards.show(position, true);
  }

  /** Fly to where a topic lies. */
  frameTopic(topic: Topic): void {
    const xs = topic.hull.map(([x]) => x);
    const ys = topic.hull.map(([, y]) => y);
    const box = { x0: Math.min(...xs, topic.x), y0: Math.min(...ys, topic.y), x1: Math.max(...xs, topic.x), y1: Math.max(...ys, topic.y) };
    this.stage?.frame(box);
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
    const { card, isolated } = this.store;
    if (card.peek()?.pinned === true) this.cards.show(-1, false);
    else if (this.finding.draft.peek().text !== "") this.finding.clear();
    else isolated.value = new Set();
  }

  private follow(stage: Stage, index: IndexFile): void {
    const { store } = this;
    effect(() => stage.setDark(store.dark.value));
    effect(() => this.inkLabels(stage, store.dark.value, store.colorChoice.value));
    effect(() => void this.recolor(stage, index, store.colorChoice.value, store.dark.value));
    effect(() => {
      const colors = store.coloring.value?.colors.index;
      if (colors !== undefined) stage.setMask(combineMask(this.selecting.mask.value, colors, store.isolated.value));
    });
    effect(() => {
      void [this.selecting.tree.value, store.colorChoice.value, store.card.value?.pinned, store.card.value?.row?.row];
      this.remember(stage.view());
    });
    const hidden = computed(() => store.mapState.value?.hidden ?? 0);
    effect(() => void this.hideDeleted(stage, index, hidden.value).catch(() => undefined));
    effect(() => stage.setTool(this.layout.tool.value));
    effect(() => stage.setOutlines(outlinesOf(this.selecting.tree.value)));
    effect(() => {
      const card = store.card.value;
      stage.setRings(card === null ? [] : [card.position]);
    });
  }

  private goTo(stage: Stage): void {
    const place = readPlace(location.hash);
    if (place.view === null) stage.goHome();
    else stage.jump(place.view);
    this.selecting.take(place.selection);
    if (place.color !== null) this.choose(place.color);
    if (place.row !== null) void this.openRow(place.row);
  }

  private async openRow(row: number): Promise<void> {
    const position = await this.rows.positionOf(row);
    if (position >= 0) this.cards.show(position, true);
  }

  /** Select what a lasso caught, together with what is selected. */
  private catchPoints(polygon: Polygon, join: LassoJoin): void {
    const how = join === "widen" ? "or" : join === "exclude" ? "not" : "and";
    this.selecting.add({ type: "lasso", polygons: [polygon.map(({ x, y }) => [x, y] as const)] }, { how });
  }

  /** Rows that were deleted since the build are neither drawn nor counted. */
  private async hideDeleted(stage: Stage, index: IndexFile, count: number): Promise<void> {
    if (count === 0) return;
    const hidden = fromBytes((await this.client.hidden()).bytes, index.points);
    this.alive.value = inverse(hidden, index.points);
    stage.setHidden(spread(hidden, index.points));
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
    } catch (error) {
      store.colorTrouble.value = messageOf(error);
      // An address may name a column that this map does not have.
      if (store.coloring.peek() === null) store.colorChoice.value = firstChoice(index);
    }
  }

  private stageEvents(): MapEvents {
    return {
      hovered: (position) => this.cards.hover(position),
      picked: (position) => this.cards.show(position, position >= 0),
      labelPicked: (topic) => this.frameTopic(topic),
      lassoed: (polygon, join) => this.catchPoints(polygon, join),
      escaped: () => this.clear(),
      labelsShown: (labels) => {
        if (!sameLabels(labels, this.store.shownLabels.peek())) this.store.shownLabels.value = labels;
      },
      moved: () => this.cards.follow(),
      rested: (view) => {
        this.cards.follow();
        this.remember(view);
      },
    };
  }

  private remember(view: View): void {
    const { store, stage } = this;
    const atHome = stage?.atHome() ?? true;
    store.atHome.value = atHome;
    const card = store.card.peek();
    const row = card?.pinned === true ? (card.row?.row ?? null) : null;
    const selection = this.selecting.tree.peek();
    const hash = writePlace({ view: atHome ? null : view, color: store.colorChoice.peek(), selection, row });
    // Replaced, not pushed: moving about a map is not going to pages.
    history.replaceState(null, "", `#${hash}`);
  }
}

function firstChoice(index: IndexFile): ColorChoice {
  return index.topics === null || index.topics.depths.length === 0 ? { by: "nothing" } : { by: "topics", depth: 1 };
}

/** The lassos of a selection. */
function outlinesOf(selection: Group): Polygon[] {
  const lassos = conditions(selection).map(({ test }) => (test.type === "lasso" ? test.polygons : []));
  return lassos.flat().map((polygon) => polygon.map(([x, y]) => ({ x, y })));
}

function sameLabels(a: readonly ShownLabel[], b: readonly ShownLabel[]): boolean {
  return a.length === b.length && a.every((one, k) => one.topic === b[k].topic && one.x === b[k].x && one.y === b[k].y);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
