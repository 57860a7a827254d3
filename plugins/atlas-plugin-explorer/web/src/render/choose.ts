/** Chooses what draws: what the address asks for, else what this browser does best. */

import { CpuRenderer } from "./cpu";
import { inkFormat, isHardware } from "./gl";
import { RemoteRenderer } from "./remote";
import type { Renderer } from "./renderer";
import { WebGl2Renderer } from "./webgl2";

/** Return the back end for a canvas; `?renderer=cpu` or `?renderer=webgl2` in the address forces one. */
export function chooseRenderer(canvas: HTMLCanvasElement): Renderer {
  const forced = new URLSearchParams(location.search).get("renderer");
  const gpu = forced === "webgl2" || (forced !== "cpu" && hasGpu());
  const renderer = gpu ? WebGl2Renderer.on(canvas) : null;
  if (renderer !== null) return renderer;
  const worker = startWorker();
  return worker === null ? new CpuRenderer(canvas) : new RemoteRenderer(canvas, worker);
}

/** Try on a canvas that is thrown away: the one of the map can have only one kind of context. */
function hasGpu(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (gl === null) return false;
  const able = isHardware(gl) && inkFormat(gl) !== null;
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return able;
}

/** The page names the worker's file; one that carries everything in itself names none, and draws without a worker. */
function startWorker(): Worker | null {
  const address = document.querySelector<HTMLMetaElement>('meta[name="atlas-worker"]')?.content;
  if (address === undefined || typeof Worker === "undefined") return null;
  try {
    return new Worker(address, { type: "module" });
  } catch {
    return null;
  }
}
