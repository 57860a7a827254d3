/** Draws a scene into memory, with nothing but arithmetic: it runs in a page, in a worker and in a test. */

import { toScreen } from "../map/view";
import { discKernel, type Kernel } from "./kernel";
import { layersOf, type Layer, type Scene } from "./layers";
import type { Frame } from "./renderer";
import { splatStretch, type Easel, type Filter, type Paint } from "./splat";
import { Surface } from "./surface";

/** Surfaces and kernels that are kept: a picture at rest, a moving one, one that is exported. */
const SURFACES = 3;
const KERNELS = 64;

export interface Picture {
  readonly image: ImageData;
  /** Points considered. */
  readonly count: number;
}

export class Splatter {
  private readonly surfaces = new Map<string, Surface>();
  private readonly kernels = new Map<string, Kernel>();
  private spare: ArrayBuffer | null = null;
  private mutedIndex = new Uint16Array();

  /** Draw in steps of at most one page, so that whoever runs it may stop or do something else in between. */
  *steps(scene: Scene, frame: Frame): Generator<undefined, Picture> {
    const surface = this.surface(scene, frame.ratio);
    const layers = layersOf(scene, frame);
    const image = this.image(surface.width, surface.height);
    surface.begin(image, scene.theme);
    for (const layer of layers) {
      const easel = this.easel(scene, surface, frame, layer.radius);
      const paint = this.paint(scene, layer);
      const filter: Filter | null = layer.wanted === null || scene.states === null ? null : { marks: scene.states.of, wanted: layer.wanted };
      for (const { start, end, step } of layer.plan.stretches) {
        splatStretch(easel, paint, filter, start, end, step);
        yield;
      }
      surface.tone(layer.tone, layer.lightens, layer.strength);
      yield;
    }
    return { image, count: layers[0].plan.count };
  }

  /** Take back the memory of a picture that has been shown. */
  recycle(pixels: ArrayBuffer): void {
    this.spare = pixels;
  }

  private image(width: number, height: number): ImageData {
    const { spare } = this;
    this.spare = null;
    const fits = spare !== null && spare.byteLength === width * height * 4;
    return fits ? new ImageData(new Uint8ClampedArray(spare), width, height) : new ImageData(width, height);
  }

  private paint(scene: Scene, layer: Layer): Paint {
    const { colors, points, theme } = scene;
    // Positions may come before colours: until then all points are quiet.
    if (!layer.muted && colors.index.length >= points.x.length) return colors;
    if (this.mutedIndex.length < points.x.length) this.mutedIndex = new Uint16Array(points.x.length);
    return { index: this.mutedIndex, palette: Float32Array.from(theme.muted) };
  }

  private easel(scene: Scene, surface: Surface, frame: Frame, radius: number): Easel {
    const origin = toScreen(frame.view, scene.size, { x: 0, y: 0 });
    const scale = frame.view.scale * frame.ratio;
    return {
      surface,
      kernel: this.kernel(radius, surface.stride),
      x: scene.points.x,
      y: scene.points.y,
      scaleX: scale,
      scaleY: -scale,
      offsetX: origin.x * frame.ratio,
      offsetY: origin.y * frame.ratio,
    };
  }

  private kernel(radius: number, stride: number): Kernel {
    // Steps of a sixteenth of a pixel: finer is not seen, and keeps the number of kernels small while zooming.
    const rounded = Math.round(radius * 16) / 16;
    return kept(this.kernels, `${rounded} ${stride}`, KERNELS, () => discKernel(rounded, stride));
  }

  private surface(scene: Scene, ratio: number): Surface {
    const width = Math.max(Math.round(scene.size.width * ratio), 1);
    const height = Math.max(Math.round(scene.size.height * ratio), 1);
    return kept(this.surfaces, `${width} ${height}`, SURFACES, () => new Surface(width, height));
  }
}

/** Return what a map holds for `key`, made if need be; the one that was unused for longest makes room. */
function kept<T>(map: Map<string, T>, key: string, most: number, make: () => T): T {
  const found = map.get(key) ?? make();
  map.delete(key);
  map.set(key, found);
  if (map.size > most) map.delete(map.keys().next().value ?? "");
  return found;
}
