/** The points in the GPU's memory, one buffer for each thing known of them. */

import { texture } from "./gl";
import type { Scene } from "./layers";
import type { Stretch } from "./plan";
import type { Points } from "./renderer";

const PALETTE_WIDTH = 256;

export class PointBuffers {
  /** Whether every point has a colour. */
  colored = false;
  private readonly array: WebGLVertexArrayObject;
  private readonly x: WebGLBuffer;
  private readonly y: WebGLBuffer;
  private readonly color: WebGLBuffer;
  private readonly state: WebGLBuffer;
  private readonly palette: WebGLTexture;
  private sent: Partial<Scene> = {};
  private arrived = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.array = gl.createVertexArray();
    [this.x, this.y, this.color, this.state] = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer(), gl.createBuffer()];
    this.palette = texture(gl);
  }

  /** Send what has changed since the last picture. */
  update(scene: Scene): void {
    const { sent } = this;
    if (scene.points !== sent.points) this.sendPoints(scene.points, sent.points);
    if (scene.colors !== sent.colors) this.sendColors(scene.colors);
    if (scene.states !== sent.states) this.fill(this.state, scene.states === null ? new Uint8Array() : scene.states.of);
    this.colored = scene.colors.index.length >= scene.points.total;
    this.sent = scene;
  }

  draw(stretches: readonly Stretch[]): void {
    const { gl } = this;
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    for (const { start, end, step } of stretches) {
      this.point(0, this.x, 4, gl.FLOAT, start, step);
      this.point(1, this.y, 4, gl.FLOAT, start, step);
      if (this.colored) this.point(2, this.color, 2, gl.UNSIGNED_SHORT, start, step);
      else this.constant(2);
      if (this.sent.states !== null) this.point(3, this.state, 1, gl.UNSIGNED_BYTE, start, step);
      else this.constant(3);
      gl.drawArrays(gl.POINTS, 0, Math.ceil((end - start) / step));
    }
  }

  private point(place: number, buffer: WebGLBuffer, bytes: number, type: number, start: number, step: number): void {
    const { gl } = this;
    gl.enableVertexAttribArray(place);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    if (type === gl.FLOAT) gl.vertexAttribPointer(place, 1, type, false, bytes * step, bytes * start);
    else gl.vertexAttribIPointer(place, 1, type, bytes * step, bytes * start);
  }

  private constant(place: number): void {
    this.gl.disableVertexAttribArray(place);
    this.gl.vertexAttribI4ui(place, 0, 0, 0, 0);
  }

  private sendPoints(points: Points, before: Points | undefined): void {
    const { gl } = this;
    if (points.x !== before?.x) {
      this.arrived = 0;
      this.room(this.x, points.total * 4);
      this.room(this.y, points.total * 4);
    }
    const last = points.runs.at(-1);
    const end = last === undefined ? 0 : last.start + last.count;
    if (end <= this.arrived) return;
    for (const [buffer, values] of [[this.x, points.x], [this.y, points.y]] as const) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferSubData(gl.ARRAY_BUFFER, this.arrived * 4, values, this.arrived, end - this.arrived);
    }
    this.arrived = end;
  }

  private sendColors({ index, palette }: Scene["colors"]): void {
    const { gl } = this;
    this.fill(this.color, index);
    const colors = palette.length / 3;
    const height = Math.max(Math.ceil(colors / PALETTE_WIDTH), 1);
    const texels = new Float32Array(PALETTE_WIDTH * height * 4);
    for (let k = 0; k < colors; k++) for (let part = 0; part < 3; part++) texels[k * 4 + part] = palette[k * 3 + part] / 255;
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, PALETTE_WIDTH, height, 0, gl.RGBA, gl.FLOAT, texels);
  }

  private room(buffer: WebGLBuffer, bytes: number): void {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, bytes, this.gl.DYNAMIC_DRAW);
  }

  private fill(buffer: WebGLBuffer, values: Uint8Array | Uint16Array): void {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, values, this.gl.DYNAMIC_DRAW);
  }
}
