/** Brings columns of pages in when they are first asked for, and keeps them: colours and filters share one copy. */

import { signal } from "@preact/signals";
import type { Client } from "../api/client";
import { loadColumn, type Encoding, type PageArray } from "../api/loader";
import type { Store } from "./store";

export class PageSource {
  /** Counts what has arrived, for whoever watches. */
  readonly arrived = signal(0);
  private readonly loads = new Map<string, Promise<PageArray>>();
  private readonly whole = new Map<string, PageArray>();

  constructor(
    private readonly client: Client,
    private readonly store: Store,
  ) {}

  /** Return a column that is there, in page order; null if it was not asked for, or is under way. */
  peek(files: string): PageArray | null {
    return this.whole.get(files) ?? null;
  }

  /** `early` is called with what has arrived, time and again until all has, where this call is the one that asks. */
  load(files: string, encoding: Encoding, early?: (values: PageArray, known: number) => void): Promise<PageArray> {
    const known = this.loads.get(files);
    if (known !== undefined) return known;
    const index = this.store.index.peek();
    if (index === null) return Promise.reject(new Error("The map has not been read yet."));
    const loading = loadColumn(this.client, index, files, encoding, early).then((values) => {
      this.whole.set(files, values);
      this.arrived.value = this.arrived.peek() + 1;
      return values;
    });
    this.loads.set(files, loading);
    // What failed is asked for anew the next time.
    loading.catch(() => this.loads.delete(files));
    return loading;
  }
}
