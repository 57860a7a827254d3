/** Draws the points of a layout that is being made, and moves them from each preview to the next. */

const MOVE = 1500;
/** For each millisecond of drawing, this many are left to the build, which may run on the same cores. */
const REST = 4;
const STEPS = 65_535;
const STRENGTH = 0.4;

export class PreviewCanvas {
  private from = new Float32Array();
  private to = new Float32Array();
  private now = new Float32Array();
  private begun = 0;
  private due = 0;
  private frame = 0;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly sized = new ResizeObserver(() => this.paint());

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.sized.observe(canvas);
  }

  /** Show positions `x0 y0 x1 y1 …` of 0..65,535, `y` upwards: those of the same points as before, if as many. */
  show(positions: Uint16Array): void {
    this.to = Float32Array.from(positions);
    const known = this.now.length === positions.length && !this.still.matches;
    this.from = known ? this.now.slice() : this.to;
    this.now = this.from.slice();
    this.begun = performance.now();
    this.schedule();
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.sized.disconnect();
  }

  private schedule(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.step());
  }

  private step(): void {
    const began = performance.now();
    if (began < this.due) return this.schedule();
    const part = Math.min((began - this.begun) / MOVE, 1);
    const share = part * part * (3 - 2 * part);
    const { from, to, now } = this;
    for (let i = 0; i < now.length; i++) now[i] = from[i]! + (to[i]! - from[i]!) * share;
    this.paint();
    this.due = performance.now() + (performance.now() - began) * REST;
    if (part < 1 && from !== to) this.schedule();
  }

  private paint(): void {
    const { canvas, now } = this;
    const width = Math.round(canvas.clientWidth * devicePixelRatio);
    const height = Math.round(canvas.clientHeight * devicePixelRatio);
    const pen = canvas.getContext("2d");
    if (pen === null || width === 0 || height === 0) return;
    // Setting a size, even the same one, empties it.
    [canvas.width, canvas.height] = [width, height];
    const shorter = Math.min(width, height);
    const size = Math.min(Math.max((0.6 * shorter) / Math.sqrt(now.length), shorter / 500, 1.5), shorter / 120 + 1);
    const point = disc(size, getComputedStyle(canvas).color);
    const scale = (shorter - point.width) / STEPS;
    const left = (width - scale * STEPS - point.width) / 2;
    const bottom = (height + scale * STEPS - point.width) / 2;
    pen.globalAlpha = STRENGTH;
    for (let i = 0; i < now.length; i += 2) pen.drawImage(point, left + now[i]! * scale, bottom - now[i + 1]! * scale);
  }
}

/** Return a disc to stamp points with. */
function disc(size: number, color: string): OffscreenCanvas {
  const side = Math.ceil(size) + 1;
  const stamp = new OffscreenCanvas(side, side);
  const pen = stamp.getContext("2d")!;
  pen.fillStyle = color;
  pen.arc(side / 2, side / 2, size / 2, 0, 2 * Math.PI);
  pen.fill();
  return stamp;
}
