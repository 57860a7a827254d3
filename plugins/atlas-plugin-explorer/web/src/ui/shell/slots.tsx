/**
 * What stands where in the page. Whoever owns a part names its component here, one line each; null leaves a place empty. All come late.
 * A component gets the explorer, and shows nothing (null) where the map has nothing for it.
 */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Props } from "../app";
import type { Explorer } from "../../state/explorer";
import { MATCHES } from "../../state/layout";
import { late } from "./late";

export type Slot = ComponentType<Props>;

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly Content: Slot;
  /** Whether it is there now; always, without. */
  readonly there?: (explorer: Explorer) => boolean;
}

/** Tabs of the panel on the left. */
export const TABS: readonly Tab[] = [
  { id: "topics", title: "Topics", Content: late("TopicTree") },
  { id: "filters", title: "Filters", Content: late("Filters") },
  { id: "tags", title: "Tags", Content: late("TagsTab") },
  { id: MATCHES, title: "Matches", Content: late("Hits"), there: (explorer) => explorer.finding.condition.value !== null },
];

/** Further tabs, which plugins bring while the page is open. */
export const extraTabs = signal<readonly Tab[]>([]);

/** Beside a point that is pointed at. */
export const HOVER: Slot | null = late("HoverCard");
/** At the lower left of the map. */
export const LEGEND: Slot | null = late("LegendBox");
/** At the foot of the map, in the middle. */
export const TIME: Slot | null = late("TimeSlider");
/** The panel on the right, while `layout.rightOpen`. */
export const RIGHT: Slot | null = late("Detail");
/** The drawer at the foot, while `layout.drawerOpen`. */
export const DRAWER: Slot | null = late("Drawer");
/** What the toolbar's buttons "look" and "export" open. */
export const LOOK: Slot | null = late("LookMenu");
export const EXPORT: Slot | null = late("ExportMenu");
