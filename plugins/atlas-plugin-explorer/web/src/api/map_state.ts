/** What `api/state` says of the map: docs/reference/explorer.md. */

export type BuildState = "ready" | "queued" | "building" | "failed" | "cancelled" | "stopped" | "unknown";

/** What can be asked of this map; what is off is not offered. */
export interface Abilities {
  readonly select: boolean;
  readonly meaning: boolean;
  readonly meaning_image: boolean;
  readonly neighbors: boolean;
  readonly tags: boolean;
  readonly export: boolean;
  readonly images: boolean;
}

export interface BuildProgress {
  /** 0..1 of the whole. */
  readonly overall: number;
  readonly stage: string;
  /** 0..1 of each stage, in their order. */
  readonly stages: Readonly<Record<string, number>>;
}

export interface MapState {
  readonly state: BuildState;
  readonly name: string;
  readonly dataset: string;
  /** Of the pages; null before there are any. Another one than the pages' own means that the map was updated. */
  readonly fingerprint: string | null;
  /** How many points' rows have been deleted since the build. */
  readonly hidden: number;
  readonly message: string | null;
  readonly progress: BuildProgress | null;
  readonly can: Partial<Abilities>;
  readonly panels: number;
  /** What is off in a page without a server, in a sentence; absent where there is one. */
  readonly note?: string;
}
