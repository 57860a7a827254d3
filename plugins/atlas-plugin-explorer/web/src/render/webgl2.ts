/** The back end for a GPU. Ink is added up and toned exactly as on the CPU, so both show the same picture. */

import { inkFormat, programOf, texture, uniformsOf, type InkFormat } from "./gl";
import { SINGLE_PIXEL } from "./kernel";
import { layersOf, type Layer, type Scene } from "./layers";
import { PointBuffers } from "./point_buffers";
import type { Drawn, Frame, Renderer } from "./renderer";
import { POINT_FRAGMENT, POINT_VERTEX, TONE_FRAGMENT, TONE_VERTEX } from "./shaders";
import { showImage } from "./cpu";
import { onProcessor } from "./on_processor";
import { onGpuWhileItLasts } from "./lasting";
import { Splatter } from "./splatter";
import { DEEP_ON_PAPER, DEEP_IN_THE_DARK } from "./surface";
import { TONE_STEPS } from "./tone";

const ANY = 255;
/** Every so-many-th moving picture is waited for, to learn what it costs; the others are only handed over. */
const MEASURED = 8;

type Uniforms = ReturnType<typeof uniformsOf>;

/** All that is lost with the context. */
interface Parts {
  readonly buffers: PointBuffers;
  readonly points: WebGLProgram;
  readonly pointUniforms: Uniforms;
  readonly tone: WebGLProgram;
  readonly toneUniforms: Uniforms;
  readonly ink: WebGLTexture;
  readonly curve: WebGLTexture;
  readonly target: WebGLFramebuffer;
  readonly bare: WebGLVertexArrayObject;
}

/** Return the back end for a canvas on which a GPU draws; if it does not after all, or ends to, the CPU draws. */
export function onGpu(canvas: HTMLCanvasElement): Renderer {
  return onGpuWhileItLasts(canvas, (place) => WebGl2Renderer.on(place), onProcessor);
}

export class WebGl2Renderer implements Renderer {
  readonly name = "webgl2";
  readonly place = "gpu";
  private parts: Parts;
  private inkSize = "";
  private frames = 0;
  private cost: Drawn = { count: 0, milliseconds: 0 };

  private constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly gl: WebGL2RenderingContext,
    private readonly format: InkFormat,
  ) {
    this.parts = this.make();
  }

  /** Go on with the context that the browser gave back: all that was in the old one is gone. */
  restore(): void {
    inkFormat(this.gl);
    this.inkSize = "";
    this.parts = this.make();
  }

  /** Return the back end; null where this browser has not what it needs. */
  static on(canvas: HTMLCanvasElement): WebGl2Renderer | null {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true });
    const format = gl === null ? null : inkFormat(gl);
    return gl === null || format === null ? null : new WebGl2Renderer(canvas, gl, format);
  }

  draw(scene: Scene, frame: Frame, done: (drawn: Drawn) => void): void {
    const { gl } = this;
    const begun = performance.now();
    const count = this.paint(scene, frame);
    if (this.frames++ % MEASURED === 0) {
      // Reading waits for the drawing.
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      this.cost = { count, milliseconds: performance.now() - begun };
    }
    const { cost } = this;
    done({ count, milliseconds: (cost.milliseconds * count) / Math.max(cost.count, 1) });
  }

  /** On the CPU: it draws the same, of any size, and what is shown is left alone. */
  capture(scene: Scene, frame: Frame): Promise<HTMLCanvasElement> {
    const canvas = document.createElement("canvas");
    const steps = new Splatter().steps(scene, frame);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done !== true) continue;
      showImage(canvas, step.value.image);
      return Promise.resolve(canvas);
    }
  }

  destroy(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private make(): Parts {
    const { gl } = this;
    const target = gl.createFramebuffer();
    const points = programOf(gl, POINT_VERTEX, POINT_FRAGMENT, ["x", "y", "color", "state"]);
    const tone = programOf(gl, TONE_VERTEX, TONE_FRAGMENT, []);
    return {
      buffers: new PointBuffers(gl), points, pointUniforms: uniformsOf(gl, points), tone, toneUniforms: uniformsOf(gl, tone),
      ink: texture(gl), curve: texture(gl), target, bare: gl.createVertexArray(),
    };
  }

  private paint(scene: Scene, frame: Frame): number {
    const { gl, parts } = this;
    if (gl.isContextLost()) return 0;
    this.resize(scene, frame.ratio);
    parts.buffers.update(scene);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    const [red, green, blue] = scene.theme.background;
    gl.clearColor(red / 255, green / 255, blue / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    const layers = layersOf(scene, frame, true);
    for (const layer of layers) {
      this.addInk(scene, frame, layer);
      this.layTone(layer);
    }
    return layers[0].plan.count;
  }

  private resize(scene: Scene, ratio: number): void {
    const { gl, canvas, parts, format } = this;
    const width = Math.max(Math.round(scene.size.width * ratio), 1);
    const height = Math.max(Math.round(scene.size.height * ratio), 1);
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    gl.viewport(0, 0, width, height);
    if (this.inkSize === `${width} ${height}`) return;
    this.inkSize = `${width} ${height}`;
    gl.bindTexture(gl.TEXTURE_2D, parts.ink);
    gl.texImage2D(gl.TEXTURE_2D, 0, format.internal, width, height, 0, gl.RGBA, format.type, null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, parts.target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, parts.ink, 0);
  }

  private addInk(scene: Scene, frame: Frame, layer: Layer): void {
    const { gl, canvas, parts } = this;
    const at = parts.pointUniforms;
    gl.bindFramebuffer(gl.FRAMEBUFFER, parts.target);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.useProgram(parts.points);
    const { x, y, scale } = frame.view;
    const [nearX, nearY] = [Math.fround(x), Math.fround(y)];
    gl.uniform4f(at("middle"), nearX, nearY, x - nearX, y - nearY);
    gl.uniform2f(at("scale"), (2 * scale * frame.ratio) / canvas.width, (2 * scale * frame.ratio) / canvas.height);
    const radius = Math.round(layer.radius * 16) / 16;
    gl.uniform1f(at("radius"), radius);
    gl.uniform1f(at("size"), radius <= SINGLE_PIXEL ? 1 : 2 * Math.ceil(radius + 0.5) + 1);
    gl.uniform1ui(at("wanted"), layer.wanted === null || scene.states === null ? ANY : layer.wanted);
    gl.uniform1i(at("muted"), layer.muted || !parts.buffers.colored ? 1 : 0);
    gl.uniform3f(at("mutedColor"), ...scaled(scene.theme.muted));
    gl.uniform1i(at("palette"), 0);
    parts.buffers.draw(layer.plan.stretches);
  }

  private layTone({ tone, lightens, strength }: Layer): void {
    const { gl, parts } = this;
    const at = parts.toneUniforms;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(parts.tone);
    const curve = new Float32Array(TONE_STEPS * 2);
    for (let step = 0; step < TONE_STEPS; step++) curve.set([tone.opacity[step], tone.depth[step]], step * 2);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, parts.curve);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG32F, TONE_STEPS, 1, 0, gl.RG, gl.FLOAT, curve);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, parts.ink);
    gl.uniform1i(at("inked"), 0);
    gl.uniform1i(at("curve"), 1);
    gl.uniform1f(at("most"), tone.most);
    gl.uniform1f(at("strength"), strength);
    gl.uniform1f(at("reach"), lightens ? DEEP_IN_THE_DARK : DEEP_ON_PAPER);
    gl.uniform1f(at("end"), lightens ? 1 : 0);
    gl.bindVertexArray(parts.bare);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}

function scaled(color: readonly [number, number, number]): [number, number, number] {
  return [color[0] / 255, color[1] / 255, color[2] / 255];
}
