/** Asks how like something every point is, once, and keeps it: a slider then needs no one. */

import { json, type Client } from "../api/client";
import type { Similarities } from "../selection/here";
import type { Test } from "../selection/tree";

/** At a million points an answer has 2 MB. */
const KEPT = 6;

export interface Likeness extends Similarities {
  /** Row numbers of the nearest rows, nearest first, and how similar they are. */
  readonly rows: readonly number[];
  readonly scores: readonly number[];
}

type Asked = { readonly query: string } | { readonly vector: readonly number[] } | { readonly id: string | number };

export class SimilaritySource {
  private readonly known = new Map<string, Likeness>();
  private readonly loads = new Map<string, Promise<Likeness>>();

  constructor(private readonly client: Client) {}

  peek(test: Test): Likeness | null {
    const asked = askedOf(test);
    return asked === null ? null : (this.known.get(JSON.stringify(asked)) ?? null);
  }

  load(test: Test): Promise<Likeness> {
    const asked = askedOf(test);
    if (asked === null) return Promise.reject(new Error("Nothing was given to compare the rows with."));
    const key = JSON.stringify(asked);
    const known = this.loads.get(key);
    if (known !== undefined) return known;
    const loading = this.ask(asked).then((found) => {
      this.known.set(key, found);
      for (const oldest of this.known.keys()) {
        if (this.known.size <= KEPT) break;
        this.known.delete(oldest);
        this.loads.delete(oldest);
      }
      return found;
    });
    this.loads.set(key, loading);
    loading.catch(() => this.loads.delete(key));
    return loading;
  }

  private async ask(asked: Asked): Promise<Likeness> {
    const answer = await this.client.ask("api/similarity", json(asked));
    const numbers = (name: string): number[] => (answer.header(name) ?? "").split(",").filter(Boolean).map(Number);
    return {
      codes: new Uint16Array(answer.body),
      low: Number(answer.header("Atlas-Low")),
      high: Number(answer.header("Atlas-High")),
      metric: answer.header("Atlas-Metric") === "euclidean" ? "euclidean" : "cosine",
      rows: numbers("Atlas-Rows"),
      scores: numbers("Atlas-Scores"),
    };
  }
}

function askedOf(test: Test): Asked | null {
  if (test.type === "neighbors") return { id: test.id };
  if (test.type !== "meaning") return null;
  if (test.query !== undefined) return { query: test.query };
  return test.vector === undefined ? null : { vector: test.vector };
}
