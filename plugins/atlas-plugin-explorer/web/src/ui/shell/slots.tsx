/**
 * What stands where in the page. Whoever owns a part names its component here, one line each; null leaves a place empty.
 * A component gets the explorer, and shows nothing (null) where the map has nothing for it.
 */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Props } from "../app";
import type { Explorer } from "../../state/explorer";
import { MATCHES } from "../../state/layout";
import { Filters } from "../find/filters";
import { Hits } from "../find/hits";
import { ExportMenu } from "../look/export_menu";
import { LegendBox } from "../look/legend";
import { LookMenu } from "../look/look_menu";
import { Detail } from "../rows/detail";
import { Drawer } from "../rows/drawer";
import { HoverCard } from "../rows/hover_card";
import { TimeSlider } from "../time/time_slider";
import { TopicTree } from "../topics/topic_tree";
import { TagsTab } from "../find/tags";

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
  { id: "topics", title: "Topics", Content: TopicTree },
  { id: "filters", title: "Filters", Content: Filters },
  { id: "tags", title: "Tags", Content: TagsTab },
  { id: MATCHES, title: "Matches", Content: Hits, there: (explorer) => explorer.finding.condition.value !== null },
];

/** Further tabs, which plugins bring while the page is open. */
export const extraTabs = signal<readonly Tab[]>([]);

/** Beside a point that is pointed at. */
export const HOVER: Slot | null = HoverCard;
/** At the lower left of the map. */
export const LEGEND: Slot | null = LegendBox;
/** At the foot of the map, in the middle. */
export const TIME: Slot | null = TimeSlider;
/** The panel on the right, while `layout.rightOpen`. */
export const RIGHT: Slot | null = Detail;
/** The drawer at the foot, while `layout.drawerOpen`. */
export const DRAWER: Slot | null = Drawer;
/** What the toolbar's buttons "look" and "export" open. */
export const LOOK: Slot | null = LookMenu;
export const EXPORT: Slot | null = ExportMenu;
