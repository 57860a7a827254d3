/** Ties the store, the server and the stage together: what happens when something changes. */

import { computed, effect, signal } from "@preact/signals";
import { RequestError, type Client } from "../api/client";
import type { IndexFile, Row } from "../api/format";
import { loadGeometry } from "../api/loader";
import { labelInk } from "../color/theme";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../color/topic_hues";
import { sameLabels } from "../labels/layer";
import { bringThumbnails } from "../map/bring_thumbnails";
import { Stage, type StagePlace } from "../map/stage";
import type { Insets, Size, View } from "../map/view";
import { chooseRenderer, type MakeRenderer } from "../render/choose";
import { fromBytes, inverse, spread, type Bits } from "../selection/bits";
import { conditions, type Group } from "../selection/tree";
import { readPlace, showPlace, writePlace } from "./address";
import { Answers } from "./answers";
import { Cards } from "./cards";
import { ColorSource } from "./colors";
import { Finding } from "./finding";
import { Known } from "./known";
import { createLayout, followSearch } from "./layout";
import { Looking } from "./looking";
import type { LassoJoin, MapEvents, Polygon } from "./map_port";
import { PageSource } from "./page_source";
import { firstChoice, Painting } from "./painting";
import { RowSource } from "./rows";
import { Selecting } from "./selecting";
import { SimilaritySource } from "./similarity_source";
import { StatsSource } from "./stats";
import type { ColorChoice, Store } from "./store";
import { Tags } from "./tags";

/** Browsers refuse pages that write their address too often, as playing time would. */
const REMEMBER_EVERY = 250;

export class Explorer {
  readonly pages: PageSource;
  readonly rows: RowSource;
  readonly likeness: SimilaritySource;
  readonly known: Known;
  readonly answers: Answers;
  readonly selecting: Selecting;
  readonly finding: Finding;
  readonly stats: StatsSource;
  readonly tags: Tags;
  readonly cards: Cards;
  readonly looking: Looking;
  readonly layout = createLayout(window.innerWidth);
  /** Points whose rows still exist; null while none was deleted. */
  readonly alive = signal<Bits | null>(null);
  private stage: Stage | null = null;
  private makeRenderer: MakeRenderer | null = null;
  private remembering: ReturnType<typeof setTimeout> | undefined;
  private remembered = 0;
  private readonly painting: Painting;

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
    this.tags = new Tags(client, () => this.selecting.refresh("tag"));
    this.cards = new Cards(store, this.rows, (position) => this.stage?.locate(position) ?? null);
    this.looking = new Looking(this, () => this.stage);
    this.painting = new Painting(store, client, new ColorSource(this.pages, store));
    followSearch(this.layout, () => this.finding.condition.value !== null);
  }

  /** Read what the map is. The stage comes when there is a place to draw (`attach`). */
  async open(): Promise<void> {
    const { store } = this;
    const place = readPlace(location.hash);
    try {
      const [index, makeRenderer] = await Promise.all([this.client.index(), chooseRenderer()]);
      this.makeRenderer = makeRenderer;
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

  attach(place: StagePlace, size: Size, insets: Insets): void {
    const index = this.store.index.peek();
    if (index === null || this.makeRenderer === null || this.stage !== null) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const stage = new Stage({ ...place, renderer: this.makeRenderer(place.picture) }, index, size, insets, this.stageEvents(), () => still.matches);
    this.stage = stage;
    if (index.images) void bringThumbnails(stage, this.client, index, index.images, () => still.matches);
    // For plugins' panels and for tests.
    Object.assign(place.host, { map: stage });
    const { view, row, legend } = readPlace(location.hash);
    this.layout.legend.value = legend;
    if (view !== null) stage.jump(view);
    // An address that is pasted over this page's own loads nothing anew.
    window.addEventListener("hashchange", () => this.goTo(stage));
    stage.setTopics(this.store.topics.peek());
    this.follow(stage, index);
    loadGeometry(this.client, index, (points) => {
      void this.painting.begun.then(() => {
        stage.setPoints(points);
        this.store.loaded.value = points.loaded;
        if (points.loaded === points.total) {
          this.known.positions = points;
          if (row !== null) this.looking.show(row);
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

  /** Fly to a row and open its details. */
  visit(row: Row): void {
    this.looking.read(row.row, row.position, true);
  }

  choose(choice: ColorChoice): void {
    this.store.colorChoice.value = choice;
  }

  /** Take back the last thing: the open row, then the search. */
  clear(): void {
    if (this.looking.reader.reading.peek() !== null) this.looking.reader.close();
    else if (this.finding.draft.peek().text !== "") this.finding.clear();
  }

  private follow(stage: Stage, index: IndexFile): void {
    const { store } = this;
    effect(() => stage.setDark(store.dark.value));
    effect(() => this.inkLabels(stage, store.dark.value, store.colorChoice.value));
    this.painting.follow(stage, index);
    effect(() => stage.setMask(this.selecting.mask.value));
    effect(() => stage.setLook(this.looking.look.value));
    effect(() => {
      void [this.selecting.tree.value, store.colorChoice.value, this.looking.reader.reading.value?.row, this.layout.legend.value];
      clearTimeout(this.remembering);
      const pause = this.remembered + REMEMBER_EVERY - Date.now();
      this.remembering = setTimeout(() => this.remember(stage.view()), Math.max(pause, 0));
    });
    const hidden = computed(() => store.mapState.value?.hidden ?? 0);
    effect(() => void this.hideDeleted(stage, index, hidden.value).catch(() => undefined));
    effect(() => stage.setTool(this.layout.tool.value));
    effect(() => stage.setOutlines([...outlinesOf(this.selecting.tree.value), ...this.looking.outlines]));
    effect(() => stage.setRings(ringsOf(this.looking.at.value, store.card.value?.position ?? null, this.looking.reader.near.value)));
  }

  private goTo(stage: Stage): void {
    const place = readPlace(location.hash);
    if (place.view === null) stage.goHome();
    else stage.jump(place.view);
    this.selecting.take(place.selection);
    if (place.color !== null) this.choose(place.color);
    this.layout.legend.value = place.legend;
    if (place.row !== null) this.looking.show(place.row);
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

  private stageEvents(): MapEvents {
    return {
      hovered: (position) => this.cards.hover(position),
      picked: (position) => (position < 0 ? this.looking.reader.close() : this.looking.readAt(position)),
      labelPicked: (topic) => this.looking.frameTopic(topic.id),
      lassoed: (polygon, join) => this.catchPoints(polygon, join),
      escaped: () => this.clear(),
      said: (text) => (this.store.said.value = text),
      labelsShown: (labels) => {
        this.pictured();
        if (!sameLabels(labels, this.store.shownLabels.peek())) this.store.shownLabels.value = labels;
      },
      moved: () => {
        this.pictured();
        this.cards.follow();
      },
      rested: (view) => {
        this.cards.follow();
        this.remember(view);
      },
    };
  }

  private pictured(): void {
    this.store.drawn.value ||= this.store.loaded.peek() > 0;
  }

  private remember(view: View): void {
    const { store, stage } = this;
    const atHome = stage?.atHome() ?? true;
    store.atHome.value = atHome;
    const row = this.looking.reader.reading.peek()?.row ?? null;
    const selection = this.selecting.tree.peek();
    const hash = writePlace({ view: atHome ? null : view, color: store.colorChoice.peek(), selection, row, legend: this.layout.legend.peek() });
    // Replaced, not pushed: moving about a map is not going to pages.
    showPlace(hash);
    this.remembered = Date.now();
  }
}

/** The point of the open row first, then the one that the mouse is on, then what lies near the open one. */
function ringsOf(open: number | null, pointed: number | null, near: readonly number[]): number[] {
  const rings = [open, pointed].filter((one) => one !== null);
  return open === null ? rings : [...rings, ...near];
}

/** The lassos of a selection. */
function outlinesOf(selection: Group): Polygon[] {
  const lassos = conditions(selection).map(({ test }) => (test.type === "lasso" ? test.polygons : []));
  return lassos.flat().map((polygon) => polygon.map(([x, y]) => ({ x, y })));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
