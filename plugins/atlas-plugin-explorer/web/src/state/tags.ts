/** Named tags of the map, which its server keeps. */

import { signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { SelectionNode } from "../selection/nodes";

export interface Tag {
  readonly id: string;
  readonly name: string;
  readonly count: number;
  readonly selection: SelectionNode;
  /** Whether it follows its selection, or is a list of rows. */
  readonly rule: boolean;
  readonly created: string;
  readonly error: string | null;
}

export type KeptAs = "rule" | "rows";

export interface TagChange {
  readonly name?: string;
  readonly add?: SelectionNode;
  readonly remove?: SelectionNode;
}

export class Tags {
  /** Null before they have been asked for. */
  readonly all = signal<readonly Tag[] | null>(null);
  readonly trouble = signal<string | null>(null);
  readonly busy = signal(false);

  constructor(
    private readonly client: Client,
    /** Called when what a tag means has changed. */
    private readonly changed: () => void,
  ) {}

  load(): Promise<boolean> {
    return this.work(async () => {
      this.all.value = (await this.client.json<{ tags: readonly Tag[] }>("api/tags")).tags;
    });
  }

  add(name: string, selection: SelectionNode, as: KeptAs): Promise<boolean> {
    return this.work(async () => {
      const tag = await this.send<Tag>("POST", "api/tags", { name, selection, as });
      this.all.value = [...(this.all.peek() ?? []), tag];
      this.changed();
    });
  }

  change(tag: Tag, change: TagChange): Promise<boolean> {
    return this.work(async () => {
      const next = await this.send<Tag>("PATCH", `api/tags/${tag.id}`, change);
      this.all.value = (this.all.peek() ?? []).map((one) => (one.id === tag.id ? next : one));
      // Under its new name it is asked for anew in any case.
      if (change.name === undefined) this.changed();
    });
  }

  delete(tag: Tag): Promise<boolean> {
    return this.work(async () => {
      await this.send("DELETE", `api/tags/${tag.id}`, {});
      this.all.value = (this.all.peek() ?? []).filter((one) => one.id !== tag.id);
      this.changed();
    });
  }

  private send<T>(method: "POST" | "PATCH" | "DELETE", path: string, body: unknown): Promise<T> {
    return this.client.json<T>(path, { method, body: JSON.stringify(body), type: "application/json" });
  }

  /** Do something with the server; false, and what is wrong, if it fails. */
  private async work(task: () => Promise<void>): Promise<boolean> {
    this.busy.value = true;
    this.trouble.value = null;
    try {
      await task();
      return true;
    } catch (error) {
      this.trouble.value = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      this.busy.value = false;
    }
  }
}
