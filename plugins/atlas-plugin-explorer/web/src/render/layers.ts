/** What a picture is made of, whichever back end makes it: layers of points, each toned and laid over the last. */

import { toPlane, type Box, type Size, type View } from "../map/view";
import { areaOf } from "./kernel";
import { planDraw, type Plan } from "./plan";
import type { Colors, Frame, Look, Points, Theme } from "./renderer";
import { pointRadius } from "./size";
import { DIM, SHOWN, type States } from "./states";
import { toneCurve, type Tone } from "./tone";

/** How visible the points are that a mask leaves out. */
const DIMMED = 0.4;
/** Matching points are drawn larger than others, and at least this large (CSS pixels), so that a handful is seen. */
const EMPHASIS = 1.3;
const SMALLEST_MATCH = 1.6;

/** All that a back end knows when it draws. */
export interface Scene {
  readonly size: Size;
  readonly points: Points;
  /** The scale of the first view. */
  readonly homeScale: number;
  /** Points on a square unit of the plane where it is dense. */
  readonly density: number;
  readonly colors: Colors;
  readonly states: States | null;
  readonly theme: Theme;
  readonly look: Look;
}

export function emptyScene(size: Size, homeScale: number, theme: Theme): Scene {
  return {
    size, homeScale, theme, density: 0, states: null, look: { size: 1, opacity: 1 },
    points: { x: new Float32Array(), y: new Float32Array(), runs: [], total: 0, loaded: 0 },
    colors: { index: new Uint16Array(), palette: new Float32Array(3) },
  };
}

export interface Layer {
  /** Which points: those in this state; null for all. */
  readonly wanted: number | null;
  /** In the theme's muted colour instead of their own. */
  readonly muted: boolean;
  /** Device pixels. */
  readonly radius: number;
  readonly plan: Plan;
  readonly tone: Tone;
  /** Whether dense places go towards light or towards black. */
  readonly lightens: boolean;
  /** 0..1 */
  readonly strength: number;
}

export function radiusOf(scene: Pick<Scene, "points" | "size" | "homeScale" | "look">, scale: number): number {
  return pointRadius(scene.points.total, scene.size, scale / scene.homeScale) * scene.look.size;
}

/** `whole`: only every point, every second, every third…, for a back end that cannot take uneven steps. */
export function layersOf(scene: Scene, frame: Frame, whole = false): Layer[] {
  const { states } = scene;
  if (scene.colors.known !== undefined) return layersOf(withoutColorless(scene, scene.colors.known), frame, whole);
  if (states?.masked === true) return maskedLayers(scene, frame, states, whole);
  const radius = radiusOf(scene, frame.view.scale) * frame.ratio;
  const plan = planDraw(scene.points, windowOf(scene, frame.view), frame.budget, whole);
  const part = arrivedPart(scene.points);
  const ink = perPixel(scene, frame) * areaOf(radius);
  const { opacity } = scene.look;
  const wanted = states === null ? null : SHOWN;
  const tone = toneCurve(ink, plan.fraction * part, scene.theme.dark);
  return [{ wanted, muted: false, radius, plan, tone, lightens: scene.theme.dark, strength: opacity }];
}

/** Leave out the levels of detail of which not all points have their colours. */
function withoutColorless(scene: Scene, known: number): Scene {
  const { points, colors: { index, palette } } = scene;
  const lacking = points.runs.find((run) => run.start + run.count > known);
  const runs = lacking === undefined ? points.runs : points.runs.filter((run) => run.level < lacking.level);
  return { ...scene, points: { ...points, runs }, colors: { index, palette } };
}

/** All points that the mask leaves out in one quiet colour, then the others on top. */
function maskedLayers(scene: Scene, frame: Frame, states: States, whole: boolean): Layer[] {
  const radius = radiusOf(scene, frame.view.scale) * frame.ratio;
  const window = windowOf(scene, frame.view);
  const plan = planDraw(scene.points, window, frame.budget, whole);
  const share = states.shown / Math.max(scene.points.total, 1);
  const dense = perPixel(scene, frame);
  const part = arrivedPart(scene.points);
  const quiet: Layer = {
    wanted: DIM, muted: true, radius, plan, tone: toneCurve(dense * areaOf(radius), plan.fraction * part),
    lightens: false, strength: DIMMED * scene.look.opacity,
  };
  // A few matches are all drawn, even while moving: a sample could leave them out.
  const all = planDraw(scene.points, window, states.shown <= frame.budget ? Infinity : frame.budget, whole);
  const larger = Math.min(radius * EMPHASIS, radius + frame.ratio);
  const visible = Math.min(SMALLEST_MATCH, 1 / Math.sqrt(share + 1e-9)) * frame.ratio;
  const bright = share > 0.5 ? radius : Math.max(larger, visible);
  const tone = toneCurve(dense * share * areaOf(bright), all.fraction * part, scene.theme.dark);
  return [quiet, { wanted: SHOWN, muted: false, radius: bright, plan: all, tone, lightens: scene.theme.dark, strength: scene.look.opacity }];
}

/** The part of the points that has arrived: until all have, the picture is exposed as a sample of the whole. */
function arrivedPart(points: Points): number {
  return points.runs.reduce((sum, run) => sum + run.count, 0) / Math.max(points.total, 1) || 1;
}

/** Points on a device pixel where it is dense: all of them at most, where all lie in one place. */
function perPixel(scene: Scene, frame: Frame): number {
  return Math.min(scene.density / (frame.view.scale * frame.ratio) ** 2, scene.points.total);
}

function windowOf(scene: Scene, view: View): Box {
  const slack = radiusOf(scene, view.scale) + 2;
  const { width, height } = scene.size;
  const topLeft = toPlane(view, scene.size, { x: -slack, y: -slack });
  const bottomRight = toPlane(view, scene.size, { x: width + slack, y: height + slack });
  return { x0: topLeft.x, y0: bottomRight.y, x1: bottomRight.x, y1: topLeft.y };
}
