/** The programs of the WebGL2 back end: points add ink to a texture, then the ink is toned as on the CPU. */

/**
 * `middle` is the view's middle in two parts, so that a difference of near places keeps its precision; `scale` device pixels per unit of the
 * plane, twice, by the picture's size; `wanted` the state that is drawn, 255 for any.
 */
export const POINT_VERTEX = `#version 300 es
in float x;
in float y;
in uint color;
in uint state;
uniform vec4 middle;
uniform vec2 scale;
uniform float radius;
uniform float size;
uniform uint wanted;
uniform bool muted;
uniform vec3 mutedColor;
uniform highp sampler2D palette;
flat out vec3 ink;
void main() {
  vec2 off = (vec2(x, y) - middle.xy) - middle.zw;
  bool drawn = wanted == 255u || state == wanted;
  gl_Position = drawn ? vec4(off * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size;
  int width = textureSize(palette, 0).x;
  ink = muted ? mutedColor : texelFetch(palette, ivec2(int(color) % width, int(color) / width), 0).rgb;
}
`;

/** The rim is a ramp one pixel wide, as in kernel.ts. */
export const POINT_FRAGMENT = `#version 300 es
precision highp float;
flat in vec3 ink;
uniform float radius;
uniform float size;
out vec4 added;
void main() {
  float covered = 1.0;
  if (size > 1.0) {
    covered = clamp(radius + 0.5 - length(gl_PointCoord - 0.5) * size, 0.0, 1.0);
    if (covered <= 0.02) discard;
  }
  added = vec4(ink * covered, covered);
}
`;

/** One triangle that covers the picture. */
export const TONE_VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}
`;

/** `curve` is opacity and depth, one texel a step: tone.ts. */
export const TONE_FRAGMENT = `#version 300 es
precision highp float;
uniform highp sampler2D inked;
uniform highp sampler2D curve;
uniform float most;
uniform float strength;
uniform float reach;
uniform float end;
out vec4 laid;
void main() {
  vec4 ink = texelFetch(inked, ivec2(gl_FragCoord.xy), 0);
  if (ink.a <= 0.0) discard;
  int steps = textureSize(curve, 0).x;
  int step = min(int(sqrt(ink.a / most) * float(steps - 1)), steps - 1);
  vec2 toned = texelFetch(curve, ivec2(step, 0), 0).rg;
  float deep = toned.g * reach;
  float over = toned.r * strength;
  laid = vec4(over * (ink.rgb / ink.a * (1.0 - deep) + deep * end), over);
}
`;
