/** A few verbs of WebGL2: programs, textures and buffers that fail with words. */

export function programOf(gl: WebGL2RenderingContext, vertex: string, fragment: string, attributes: readonly string[]): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error("WebGL2 makes no shaders");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  attributes.forEach((name, place) => gl.bindAttribLocation(program, place, name));
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true && !gl.isContextLost()) {
    throw new Error(`WebGL2 cannot link a program: ${gl.getProgramInfoLog(program) ?? ""}`);
  }
  return program;
}

/** Look uniforms up by name, once each. */
export function uniformsOf(gl: WebGL2RenderingContext, program: WebGLProgram): (name: string) => WebGLUniformLocation | null {
  const known = new Map<string, WebGLUniformLocation | null>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const place = gl.getUniformLocation(program, name);
    known.set(name, place);
    return place;
  };
}

/** Return a texture that is read texel by texel. */
export function texture(gl: WebGL2RenderingContext): WebGLTexture {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
  return made;
}

/** Where floats can be added up, in the precision there is. */
export interface InkFormat {
  readonly internal: number;
  readonly type: number;
}

/** Return how ink is kept; null where floats cannot be drawn to and added. */
export function inkFormat(gl: WebGL2RenderingContext): InkFormat | null {
  if (gl.getExtension("EXT_color_buffer_float") !== null && gl.getExtension("EXT_float_blend") !== null) {
    return { internal: gl.RGBA32F, type: gl.FLOAT };
  }
  const half = gl.getExtension("EXT_color_buffer_float") ?? gl.getExtension("EXT_color_buffer_half_float");
  return half === null ? null : { internal: gl.RGBA16F, type: gl.HALF_FLOAT };
}

/** Names of renderers that draw on the CPU: there the CPU back end is many times faster. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|lavapipe|mesa offscreen/iu;

/** Say whether a GPU stands behind the context. */
export function isHardware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL);
  return typeof name === "string" && !SOFTWARE.test(name);
}
