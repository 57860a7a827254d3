/** What draws without a GPU: a worker, or the page where there is none. */

import { CpuRenderer } from "./cpu";
import { RemoteRenderer } from "./remote";
import type { Renderer } from "./renderer";

export function onProcessor(canvas: HTMLCanvasElement): Renderer {
  const worker = startWorker();
  return worker === null ? new CpuRenderer(canvas) : new RemoteRenderer(canvas, worker);
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
