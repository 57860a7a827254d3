/**
 * Draws on the GPU as long as it lasts. A browser takes the context away when a driver is restarted, a laptop changes
 * its GPU, or too many pages want one; most often it gives another soon. Where it does not, the CPU goes on.
 */

import type { Scene } from "./layers";
import type { Drawn, Frame, Renderer } from "./renderer";

/** Milliseconds to wait for another context. */
const PATIENCE = 1_500;

interface OnGpu extends Renderer {
  restore(): void;
}

/** `gpu` returns null where it cannot draw; `cpu` draws on a canvas that has never had a context. */
export function onGpuWhileItLasts(
  canvas: HTMLCanvasElement,
  gpu: (canvas: HTMLCanvasElement) => OnGpu | null,
  cpu: (canvas: HTMLCanvasElement) => Renderer,
): Renderer {
  const first = gpu(canvas);
  return first === null ? cpu(canvas) : new Lasting(canvas, first, cpu);
}

class Lasting implements Renderer {
  private now: Renderer;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private over = false;
  redraw: () => void = () => undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    gpu: OnGpu,
    private readonly cpu: (canvas: HTMLCanvasElement) => Renderer,
  ) {
    this.now = gpu;
    canvas.addEventListener("webglcontextlost", (event) => {
      // Only a page that says so is given another context.
      event.preventDefault();
      if (!this.over) this.waiting = setTimeout(() => this.giveUp(), PATIENCE);
    });
    canvas.addEventListener("webglcontextrestored", () => {
      clearTimeout(this.waiting);
      if (this.now !== gpu) return;
      gpu.restore();
      this.redraw();
    });
  }

  get name(): Renderer["name"] {
    return this.now.name;
  }

  get place(): Renderer["place"] {
    return this.now.place;
  }

  draw(scene: Scene, frame: Frame, done: (drawn: Drawn) => void): void {
    this.now.draw(scene, frame, done);
  }

  capture(scene: Scene, frame: Frame): Promise<HTMLCanvasElement> {
    return this.now.capture(scene, frame);
  }

  destroy(): void {
    this.over = true;
    clearTimeout(this.waiting);
    this.now.destroy();
  }

  /** A canvas keeps the kind of its context for good, so another takes its place. */
  private giveUp(): void {
    const fresh = this.canvas.cloneNode() as HTMLCanvasElement;
    this.canvas.replaceWith(fresh);
    this.now = this.cpu(fresh);
    this.redraw();
  }
}
