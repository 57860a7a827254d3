/** Works out the points' colours: loads the column or the topics they follow, and keeps what was loaded. */

import type { Client } from "../api/client";
import { loadColumn, type PageArray } from "../api/loader";
import { isColorable, type IndexFile } from "../api/format";
import { columnColoring, plainColoring, topicColoring, type Coloring } from "../color/coloring";
import { DARK_TONES, LIGHT_TONES, topicColors } from "../color/topic_hues";
import type { ColorChoice, Store } from "./store";

export class ColorSource {
  private readonly loads = new Map<string, Promise<PageArray>>();

  constructor(
    private readonly client: Client,
    private readonly store: Store,
  ) {}

  async coloring(index: IndexFile, choice: ColorChoice, dark: boolean): Promise<Coloring> {
    if (choice.by === "topics" && index.topics !== null) return this.byTopics(index, choice.depth, dark);
    if (choice.by === "column") return this.byColumn(index, choice.name, dark);
    return plainColoring(index.points, dark);
  }

  private async byTopics(index: IndexFile, depth: number, dark: boolean): Promise<Coloring> {
    const entry = index.topics;
    const files = entry?.depths.find((one) => one.depth === depth);
    if (entry === null || files === undefined) throw new Error(`This map has no topics of depth ${depth}.`);
    const places = await this.load(index, files.files, entry.encoding);
    const topics = this.store.topics.peek();
    const hues = topicColors(topics, dark ? DARK_TONES : LIGHT_TONES);
    return topicColoring(topics, hues, depth, places, entry.none, dark);
  }

  private async byColumn(index: IndexFile, name: string, dark: boolean): Promise<Coloring> {
    const column = this.store.columns.peek().find((one) => one.name === name);
    if (column === undefined || !isColorable(column)) throw new Error(`The column "${name}" has no colours to show.`);
    return columnColoring(column, await this.load(index, column.files, column.encoding), dark);
  }

  private load(index: IndexFile, files: string, encoding: "uint8" | "uint16" | "uint32" | "float32" | "float64"): Promise<PageArray> {
    const known = this.loads.get(files);
    if (known !== undefined) return known;
    const loading = loadColumn(this.client, index, files, encoding);
    this.loads.set(files, loading);
    // What failed is asked for anew the next time.
    loading.catch(() => this.loads.delete(files));
    return loading;
  }
}
