/** Keeps an eye on what is behind the page: a build that goes on, an update, a server that goes away and comes back. */

import { effect, type Signal } from "@preact/signals";
import { RequestError, type Client } from "../api/client";
import type { MapState } from "../api/map_state";
import type { Store } from "./store";

/** How the page stands with its server. `refused`: it answers, but takes the page for a stranger. */
export type Link = "fine" | "gone" | "refused";

/** Milliseconds between two looks. */
const BUILDING = 700;
const ENDED = 3000;
const READY = 5000;
const GONE = 1500;
/** A single request that fails may be chance. */
const PATIENCE = 2;

export interface Watched {
  readonly mapState: Signal<MapState | null>;
  readonly link: Signal<Link>;
  readonly updated: Signal<boolean>;
}

export class Watch {
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: Client,
    private readonly store: Store,
    private readonly open: () => Promise<void>,
  ) {}

  /** Look now and from time to time; `open` is called when a map that was building is there. */
  start(): void {
    void this.look();
    if (!this.client.transport.live) return;
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
    // Whoever has just failed to get an answer wants to know why, and when it is over.
    effect(() => void (this.client.lost.value && this.soon(0)));
  }

  private soon(after: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), after);
  }

  private async look(): Promise<void> {
    const { store } = this;
    try {
      const found = await this.client.json<MapState>("api/state");
      this.failures = 0;
      this.client.lost.value = false;
      store.link.value = "fine";
      store.mapState.value = found;
      const shown = store.index.peek()?.fingerprint;
      store.updated.value = shown !== undefined && found.fingerprint !== null && found.fingerprint !== shown;
      if (found.state === "ready" && store.status.peek().kind === "waiting") await this.open();
    } catch (error) {
      this.failures++;
      const refused = error instanceof RequestError && error.code === "no_token";
      if (refused) store.link.value = "refused";
      else if (this.failures >= PATIENCE) store.link.value = "gone";
    }
    if (this.client.transport.live && !document.hidden) this.soon(this.pause());
  }

  private pause(): number {
    if (this.failures > 0) return GONE;
    const state = this.store.mapState.peek()?.state;
    if (state === "ready") return READY;
    return state === "building" || state === "queued" ? BUILDING : ENDED;
  }
}
