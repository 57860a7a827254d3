/** The back end that needs neither a GPU nor a worker: points are added into memory and shown as an image (Canvas2D). */

import type { Scene } from "./layers";
import type { Drawn, Frame, Renderer } from "./renderer";
import { Splatter, type Picture } from "./splatter";

export class CpuRenderer implements Renderer {
  readonly name = "cpu";
  readonly place = "page";
  private readonly splatter = new Splatter();

  constructor(private readonly canvas: HTMLCanvasElement) {}

  draw(scene: Scene, frame: Frame, done: (drawn: Drawn) => void): void {
    const begun = performance.now();
    const { image, count } = this.run(scene, frame);
    showImage(this.canvas, image);
    this.splatter.recycle(image.data.buffer);
    done({ count, milliseconds: performance.now() - begun });
  }

  capture(scene: Scene, frame: Frame): Promise<HTMLCanvasElement> {
    const canvas = document.createElement("canvas");
    showImage(canvas, this.run(scene, frame).image);
    return Promise.resolve(canvas);
  }

  destroy(): void {
    this.canvas.width = this.canvas.height = 1;
  }

  private run(scene: Scene, frame: Frame): Picture {
    const steps = this.splatter.steps(scene, frame);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }
}

/** Put an image onto a canvas, which takes its size. */
export function showImage(canvas: HTMLCanvasElement, image: ImageData): void {
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("This browser offers no 2D canvas.");
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  context.putImageData(image, 0, 0);
}
