/** The program of the worker that draws: it keeps a copy of the scene and answers with pixels. */

import { emptyScene, type Scene } from "./render/layers";
import type { FromWorker, ToWorker } from "./render/messages";
import { Splatter } from "./render/splatter";
import { nextTurn } from "./turns";

type Draw = Extract<ToWorker, { kind: "draw" }>;

/** Milliseconds of drawing after which messages are read: a newer picture ends one that is drawn in full. */
const SLICE = 10;

const splatter = new Splatter();
const EMPTY = emptyScene({ width: 1, height: 1 }, 1, { dark: false, background: [255, 255, 255], muted: [128, 128, 128] });
let scene: Scene | null = null;
let next: Draw | null = null;
const kept: Draw[] = [];
let running = false;

self.addEventListener("message", (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.kind === "scene") scene = { ...(scene ?? EMPTY), ...message.part };
  else if (message.kind === "points") scene = { ...(scene ?? EMPTY), points: pointsOf(message) };
  else if (message.kept) kept.push(message);
  else next = message;
  if (message.kind === "draw" && message.spare !== null) splatter.recycle(message.spare);
  if (!running) void run();
});

function pointsOf({ runs, total, loaded, pieces }: Extract<ToWorker, { kind: "points" }>): Scene["points"] {
  const before = scene?.points;
  const fits = before?.x.length === total;
  const [x, y] = fits && before !== undefined ? [before.x, before.y] : [new Float32Array(total), new Float32Array(total)];
  for (const piece of pieces) {
    x.set(piece.x, piece.start);
    y.set(piece.y, piece.start);
  }
  return { x, y, runs, total, loaded };
}

async function run(): Promise<void> {
  running = true;
  for (;;) {
    const ask = kept.shift() ?? next;
    if (ask === null || scene === null) break;
    if (!ask.kept) next = null;
    await draw(scene, ask);
  }
  running = false;
}

async function draw(shown: Scene, { id, frame, kept: whole }: Draw): Promise<void> {
  const begun = performance.now();
  let since = begun;
  const steps = splatter.steps(shown, frame);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      const { image, count } = step.value;
      const { width, height } = image;
      const answer: FromWorker = { id, pixels: image.data.buffer, width, height, count, milliseconds: performance.now() - begun };
      self.postMessage(answer, { transfer: [answer.pixels] });
      return;
    }
    if (whole || frame.budget !== Infinity || performance.now() - since < SLICE) continue;
    await nextTurn();
    if (next !== null) return;
    since = performance.now();
  }
}
