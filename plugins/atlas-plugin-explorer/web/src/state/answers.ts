/** Finds which points the conditions of a selection hold for: in the page where it can, by the server where it cannot. */

import { signal } from "@preact/signals";
import type { Client } from "../api/client";
import { fromBytes, type Bits } from "../selection/bits";
import { evaluateHere } from "../selection/here";
import type { Test } from "../selection/tree";
import { testNode } from "../selection/wire";
import type { Known } from "./known";

/** Typing and dragging ask the server when they pause. */
const PAUSE = 180;
const KEPT = 48;

interface Finding {
  readonly bits: Bits | null;
  /** Nobody knows better. */
  readonly settled: boolean;
  readonly trouble: string | null;
}

const NOTHING: Finding = { bits: null, settled: false, trouble: null };

export class Answers {
  /** Counts whatever changes, for whoever watches. */
  readonly changed = signal(0);
  private readonly found = new Map<string, Finding>();
  private readonly asking = new Map<string, AbortController>();
  private readonly keys = new WeakMap<Test, string>();

  constructor(
    private readonly client: Client,
    private readonly known: Known,
    private readonly hasServer: () => boolean,
  ) {}

  /** The points for which a test holds, as well as is known by now; null before there is an answer. */
  bits(test: Test): Bits | null {
    return this.of(test).bits;
  }

  trouble(test: Test): string | null {
    return this.of(test).trouble;
  }

  settled(test: Test): boolean {
    return this.of(test).settled;
  }

  /** Find answers to these tests, and stop asking for others. */
  want(tests: readonly Test[]): void {
    const wanted = new Set(tests.map((test) => this.keyOf(test)));
    for (const [key, asking] of this.asking) {
      if (wanted.has(key)) continue;
      asking.abort();
      this.asking.delete(key);
    }
    // What failed is asked for anew the next time somebody wants it.
    for (const [key, finding] of this.found) if (finding.trouble !== null && !wanted.has(key)) this.found.delete(key);
    for (const test of tests) this.find(test);
  }

  /** Forget all, as when the map was updated, or a tag has changed. */
  forget(which: (test: string) => boolean = () => true): void {
    for (const key of this.found.keys()) if (which(key)) this.found.delete(key);
    this.changed.value = this.changed.peek() + 1;
  }

  private find(test: Test): void {
    const key = this.keyOf(test);
    if (this.of(test).settled || this.asking.has(key)) return;
    const controller = new AbortController();
    this.asking.set(key, controller);
    if (!this.here(test) || !this.of(test).settled) void this.fetch(test, controller.signal);
    else this.asking.delete(key);
  }

  /** Evaluate in the page; false if it cannot. */
  private here(test: Test): boolean {
    const answer = evaluateHere(test, this.known);
    if (answer === null) return false;
    this.keep(test, { bits: answer.bits, settled: answer.exact || !this.hasServer(), trouble: null });
    return true;
  }

  private async fetch(test: Test, signal: AbortSignal): Promise<void> {
    try {
      const bringing = this.of(test).bits === null ? this.known.bring(test) : null;
      if (bringing !== null) {
        await bringing.catch((error: unknown) => {
          // Words that cannot be embedded fail here as they would fail as a selection.
          if (test.type === "meaning" || test.type === "neighbors") throw error;
        });
        if (!signal.aborted) this.here(test);
      }
      if (!this.of(test).settled) await this.ask(test, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.keep(test, { bits: this.of(test).bits, settled: true, trouble: error instanceof Error ? error.message : String(error) });
    } finally {
      if (this.asking.get(this.keyOf(test))?.signal === signal) this.asking.delete(this.keyOf(test));
    }
  }

  private async ask(test: Test, signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (signal.aborted) return;
    const { bits } = this.of(test);
    if (bits !== null && !this.hasServer()) {
      this.keep(test, { bits, settled: true, trouble: null });
      return;
    }
    const answer = await this.client.select(testNode(test), signal);
    if (signal.aborted) return;
    this.keep(test, { bits: fromBytes(answer.bytes, this.known.points), settled: true, trouble: null });
  }

  private keep(test: Test, finding: Finding): void {
    const key = this.keyOf(test);
    this.found.delete(key);
    this.found.set(key, finding);
    for (const oldest of this.found.keys()) {
      if (this.found.size <= KEPT) break;
      this.found.delete(oldest);
    }
    this.changed.value = this.changed.peek() + 1;
  }

  private of(test: Test): Finding {
    return this.found.get(this.keyOf(test)) ?? NOTHING;
  }

  private keyOf(test: Test): string {
    let key = this.keys.get(test);
    if (key === undefined) {
      key = JSON.stringify(test);
      this.keys.set(test, key);
    }
    return key;
  }
}
