/** All that is shown beside the first picture. It is fetched after it, in one file: `shell/late.tsx`. */

export { Chips } from "./find/chips";
export { Drop } from "./find/drop";
export { Filters } from "./find/filters";
export { Hits } from "./find/hits";
export { LikenessSlider } from "./find/likeness_slider";
export { Modes } from "./find/modes";
export { TagsTab } from "./find/tags";
export { ExportMenu } from "./look/export_menu";
export { LegendBox } from "./look/legend";
export { LookMenu } from "./look/look_menu";
export { Detail } from "./rows/detail";
export { Drawer } from "./rows/drawer";
export { HoverCard } from "./rows/hover_card";
export { Keys } from "./shell/keys";
export { Note } from "./states/note";
export { Waiting } from "./states/waiting";
export { TimeSlider } from "./time/time_slider";
export { TopicTree } from "./topics/topic_tree";
