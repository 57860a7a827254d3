/** Chooses what draws: what the address asks for, else what this browser does best. */

import { LATE } from "#late";
import { inkFormat, isHardware } from "./gl";
import type { Renderer } from "./renderer";

export type MakeRenderer = (canvas: HTMLCanvasElement) => Renderer;

/**
 * Return what makes the back end for a canvas; `?renderer=cpu` or `?renderer=webgl2` in the address forces one.
 * Only the one that is wanted is fetched.
 *
 * @throws TypeError where it cannot be fetched.
 */
export async function chooseRenderer(): Promise<MakeRenderer> {
  const forced = new URLSearchParams(location.search).get("renderer");
  if (forced !== "cpu" && hasGpu(forced === "webgl2")) return (await LATE.onGpu()).onGpu;
  return (await LATE.onProcessor()).onProcessor;
}

/** Try on a canvas that is thrown away: the one of the map can have only one kind of context. `any` takes a GPU that is none, too. */
function hasGpu(any: boolean): boolean {
  const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: !any });
  if (gl === null) return false;
  const able = (any || isHardware(gl)) && inkFormat(gl) !== null;
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return able;
}
