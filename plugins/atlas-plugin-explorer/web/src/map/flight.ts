/** A smooth way from one view to another, zooming out and in when it is far (van Wijk and Nuij 2003). */

import type { Size, View } from "./view";

/** How readily the path zooms out; 1.4 is what the paper's participants liked best. */
const RHO = 1.4;

export interface Flight {
  /** A measure of how far it is, in the paper's units; about 1 per doubling. */
  readonly length: number;
  /** The view at `t` in 0..1. */
  at(t: number): View;
}

export function flight(from: View, to: View, size: Size): Flight {
  const w0 = size.width / from.scale;
  const w1 = size.width / to.scale;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const distance = Math.hypot(dx, dy);
  if (distance < 1e-6 * Math.min(w0, w1)) {
    return straight(from, to, Math.log(w1 / w0));
  }
  const rho2 = RHO * RHO;
  const b0 = (w1 * w1 - w0 * w0 + rho2 * rho2 * distance * distance) / (2 * w0 * rho2 * distance);
  const b1 = (w1 * w1 - w0 * w0 - rho2 * rho2 * distance * distance) / (2 * w1 * rho2 * distance);
  const r0 = Math.log(Math.sqrt(b0 * b0 + 1) - b0);
  const r1 = Math.log(Math.sqrt(b1 * b1 + 1) - b1);
  const length = (r1 - r0) / RHO;
  return {
    length: Math.abs(length),
    at(t) {
      if (t >= 1) return to;
      const s = t * length;
      const cosh = Math.cosh(r0);
      const u = (w0 / (rho2 * distance)) * (cosh * Math.tanh(RHO * s + r0) - Math.sinh(r0));
      const width = (w0 * cosh) / Math.cosh(RHO * s + r0);
      return { x: from.x + u * dx, y: from.y + u * dy, scale: size.width / width };
    },
  };
}

function straight(from: View, to: View, logRatio: number): Flight {
  return {
    length: Math.abs(logRatio) / RHO,
    at(t) {
      if (t >= 1) return to;
      return {
        x: from.x + (to.x - from.x) * t,
        y: from.y + (to.y - from.y) * t,
        scale: from.scale * Math.exp(-logRatio * t),
      };
    },
  };
}
