/** The CPU back end in a worker: the page stays free for the pointer while points are drawn. */

import { CpuRenderer, showImage } from "./cpu";
import type { Scene } from "./layers";
import type { FromWorker, Piece, ScenePart, ToWorker } from "./messages";
import type { Drawn, Frame, Points, Renderer } from "./renderer";

type Done = (answer: FromWorker) => void;

export class RemoteRenderer implements Renderer {
  readonly name = "cpu";
  readonly place = "worker";
  private sent: Partial<Scene> = {};
  /** How many points at the beginning the worker has. */
  private arrived = 0;
  private id = 0;
  private readonly waiting = new Map<number, Done>();
  private spare: ArrayBuffer | null = null;
  /** Draws here after all, where the worker cannot be started. */
  private fallback: CpuRenderer | null = null;
  private latest: (() => void) | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly worker: Worker,
  ) {
    worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
      const done = this.waiting.get(event.data.id);
      this.waiting.delete(event.data.id);
      done?.(event.data);
    });
    worker.addEventListener("error", () => {
      this.fallback ??= new CpuRenderer(canvas);
      this.latest?.();
    });
  }

  draw(scene: Scene, frame: Frame, done: (drawn: Drawn) => void): void {
    this.latest = () => this.fallback?.draw(scene, frame, done);
    if (this.fallback !== null) {
      this.fallback.draw(scene, frame, done);
      return;
    }
    this.ask(scene, frame, false, (answer) => {
      this.latest = null;
      showImage(this.canvas, imageOf(answer));
      this.spare = answer.pixels;
      done(answer);
    });
  }

  capture(scene: Scene, frame: Frame): Promise<HTMLCanvasElement> {
    if (this.fallback !== null) return this.fallback.capture(scene, frame);
    return new Promise((resolve) => {
      this.ask(scene, frame, true, (answer) => {
        const canvas = document.createElement("canvas");
        showImage(canvas, imageOf(answer));
        resolve(canvas);
      });
    });
  }

  destroy(): void {
    this.worker.terminate();
    this.canvas.width = this.canvas.height = 1;
  }

  private ask(scene: Scene, frame: Frame, kept: boolean, done: Done): void {
    this.update(scene);
    const id = ++this.id;
    // A moment of a motion that the worker passed over for a later one is never answered.
    if (!kept && this.latest !== null) this.waiting.delete(this.lastDraw);
    if (!kept) this.lastDraw = id;
    this.waiting.set(id, done);
    const { spare } = this;
    this.spare = null;
    this.post({ kind: "draw", id, frame, kept, spare }, spare === null ? [] : [spare]);
  }

  private lastDraw = 0;

  /** Send what has changed since the last picture. */
  private update(scene: Scene): void {
    const { sent } = this;
    const part: Record<string, unknown> = {};
    for (const key of ["size", "homeScale", "density", "colors", "states", "theme", "look"] as const) {
      if (scene[key] !== sent[key]) part[key] = scene[key];
    }
    if (Object.keys(part).length > 0) this.post({ kind: "scene", part: part as ScenePart });
    if (scene.points !== sent.points) this.sendPoints(scene.points);
    this.sent = scene;
  }

  private sendPoints({ x, y, runs, total, loaded }: Points): void {
    if (x !== this.sent.points?.x) this.arrived = 0;
    const last = runs.at(-1);
    const end = last === undefined ? 0 : last.start + last.count;
    const pieces: Piece[] = end > this.arrived
      ? [{ start: this.arrived, x: x.slice(this.arrived, end), y: y.slice(this.arrived, end) }]
      : [];
    this.arrived = Math.max(end, this.arrived);
    this.post({ kind: "points", runs, total, loaded, pieces }, pieces.flatMap((piece) => [piece.x.buffer, piece.y.buffer]));
  }

  private post(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}

function imageOf({ pixels, width, height }: FromWorker): ImageData {
  return new ImageData(new Uint8ClampedArray(pixels), width, height);
}
