/** Works out the points' colours from the column or the topics they follow. */

import { isColorable, type IndexFile } from "../api/format";
import type { PageArray } from "../api/loader";
import { columnColoring, duplicateColoring, plainColoring, topicColoring } from "../color/coloring";
import type { Coloring } from "../color/legend";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../color/topic_hues";
import type { PageSource } from "./page_source";
import type { ColorChoice, Store } from "./store";

type ColumnChoice = Extract<ColorChoice, { by: "column" }>;

/** Gets the colours of the points below `known`, whose values have arrived. */
export type Early = (coloring: Coloring, known: number) => void;

export class ColorSource {
  constructor(
    private readonly pages: PageSource,
    private readonly store: Store,
  ) {}

  /** `early`, if given, is called time and again until all colours are there. */
  async coloring(index: IndexFile, choice: ColorChoice, dark: boolean, early?: Early): Promise<Coloring> {
    if (choice.by === "topics" && index.topics !== null) return this.byTopics(index, choice.depth, dark, early);
    if (choice.by === "column") return this.byColumn(choice, dark, early);
    if (choice.by === "duplicates") return this.byDuplicates(index, dark);
    return plainColoring(index.points, dark);
  }

  private async byTopics(index: IndexFile, depth: number, dark: boolean, early?: Early): Promise<Coloring> {
    const entry = index.topics;
    const files = entry?.depths.find((one) => one.depth === depth);
    if (entry === null || files === undefined) throw new Error(`This map has no topics of depth ${depth}.`);
    const topics = this.store.topics.peek();
    const hues = topicColors(topics, dark ? DARK_TONES : LIGHT_TONES);
    const color = (places: PageArray): Coloring => topicColoring(topics, hues, depth, places, entry.none, dark);
    return color(await this.pages.load(files.files, entry.encoding, early && ((places, known) => early(color(places), known))));
  }

  private async byColumn({ name, scale }: ColumnChoice, dark: boolean, early?: Early): Promise<Coloring> {
    const column = this.store.columns.peek().find((one) => one.name === name);
    if (column === undefined || !isColorable(column)) throw new Error(`The column "${name}" has no colours to show.`);
    const color = (values: PageArray): Coloring => columnColoring(column, values, dark, scale ?? null);
    return color(await this.pages.load(column.files, column.encoding, early && ((values, known) => early(color(values), known))));
  }

  private async byDuplicates(index: IndexFile, dark: boolean): Promise<Coloring> {
    if (index.duplicates === null) throw new Error("This map was built without looking for duplicates: duplicate_detection=True.");
    return duplicateColoring(await this.pages.load(index.duplicates.files, index.duplicates.encoding), dark);
  }
}
