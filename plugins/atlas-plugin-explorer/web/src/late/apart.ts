/**
 * The parts of the page that are files of their own, each fetched when it is wanted. Where the page is one script (`package.json` names both),
 * `together.ts` stands here instead.
 */

export const LATE = {
  parts: () => import("../ui/parts"),
  picture: () => import("../map/picture"),
  thumbnails: () => import("../map/thumbnails"),
  panels: () => import("../panels/panels"),
  pageApi: () => import("../panels/page_api"),
  onGpu: () => import("../render/webgl2"),
  onProcessor: () => import("../render/on_processor"),
};

export type Late = typeof LATE;
