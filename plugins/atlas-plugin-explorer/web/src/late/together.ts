/** The parts of the page as they are where all of it is one script. */

import * as picture from "../map/picture";
import * as thumbnails from "../map/thumbnails";
import * as pageApi from "../panels/page_api";
import * as panels from "../panels/panels";
import * as onProcessor from "../render/on_processor";
import * as onGpu from "../render/webgl2";
import * as parts from "../ui/parts";
import type { Late } from "./apart";

export const LATE: Late = {
  parts: async () => parts,
  picture: async () => picture,
  thumbnails: async () => thumbnails,
  panels: async () => panels,
  pageApi: async () => pageApi,
  onGpu: async () => onGpu,
  onProcessor: async () => onProcessor,
};
