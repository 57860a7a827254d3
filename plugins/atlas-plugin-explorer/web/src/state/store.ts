/** All that the page knows and shows, as signals. Nothing here touches the document. */

import { computed, signal } from "@preact/signals";
import type { Column, IndexFile, Row, Topic } from "../api/format";
import type { MapState } from "../api/map_state";
import type { Coloring } from "../color/legend";
import type { ScaleKind } from "../color/scale";
import type { ShownLabel } from "../labels/layer";
import type { Point } from "../map/view";
import type { Link } from "./watch";

export type Status =
  | { readonly kind: "loading" }
  /** The map is still being built, or its build ended too soon: `mapState` says more. */
  | { readonly kind: "waiting" }
  | { readonly kind: "ready" }
  | { readonly kind: "empty" }
  | { readonly kind: "failed"; readonly message: string };

export type ThemeChoice = "auto" | "light" | "dark";

/** What colours the points: a depth of topics, a column by name, the class of duplicates, or nothing. */
export type ColorChoice =
  | { readonly by: "topics"; readonly depth: number }
  /** `scale` is that of numbers and dates; without it the one that suits the column. */
  | { readonly by: "column"; readonly name: string; readonly scale?: ScaleKind }
  | { readonly by: "duplicates" }
  | { readonly by: "nothing" };

/** The card beside the point that the mouse is on. */
export interface CardState {
  readonly position: number;
  readonly pixel: Point;
  readonly row: Row | null;
  /** Why there is no row. */
  readonly trouble?: string;
}

export type Store = ReturnType<typeof createStore>;

export function createStore() {
  const index = signal<IndexFile | null>(null);
  const columns = signal<readonly Column[]>([]);
  const mapState = signal<MapState | null>(null);
  const theme = signal<ThemeChoice>("auto");
  const systemDark = signal(false);
  return {
    status: signal<Status>({ kind: "loading" }),
    /** What the server last said of the map; `can` says what it answers. */
    mapState,
    /** What can be asked of the map; nothing before the server has said so. */
    can: computed<MapState["can"]>(() => mapState.value?.can ?? {}),
    link: signal<Link>("fine"),
    /** Whether there is a newer version of the map than the one that is shown. */
    updated: signal(false),
    index,
    columns,
    topics: signal<readonly Topic[]>([]),
    /** How many points have arrived. */
    loaded: signal(0),
    /** Whether a picture of points has been seen. */
    drawn: signal(false),
    theme,
    systemDark,
    dark: computed(() => (theme.value === "auto" ? systemDark.value : theme.value === "dark")),
    colorChoice: signal<ColorChoice>({ by: "nothing" }),
    coloring: signal<Coloring | null>(null),
    /** Why the colours that were asked for are not shown. */
    colorTrouble: signal<string | null>(null),
    /** Names of the columns of a row's values. */
    fields: computed(() => columns.value.map((column) => column.name)),
    textField: computed(() => index.value?.text_field ?? null),
    card: signal<CardState | null>(null),
    shownLabels: signal<readonly ShownLabel[]>([]),
    atHome: signal(true),
    /** What the map did that only the eye would tell. */
    said: signal(""),
  };
}
