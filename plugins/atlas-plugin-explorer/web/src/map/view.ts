/** Where the window looks: the one mapping between the map's plane (y up) and the window's pixels (y down). */

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Space in CSS pixels at each edge that panels cover. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `x`, `y`: the plane's point at the window's centre; `scale`: CSS pixels per unit of the plane. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Bounds {
  readonly box: Box;
  readonly minScale: number;
  readonly maxScale: number;
}

/** How far one may zoom in past the first view. float32 positions stay exact to a fraction of a pixel up to here. */
const MAX_ZOOM = 2000;

/** How far one may zoom out past the view that holds every point. */
const MIN_ZOOM = 0.6;

export function toScreen(view: View, size: Size, point: Point): Point {
  return {
    x: (point.x - view.x) * view.scale + size.width / 2,
    y: (view.y - point.y) * view.scale + size.height / 2,
  };
}

export function toPlane(view: View, size: Size, pixel: Point): Point {
  return {
    x: (pixel.x - size.width / 2) / view.scale + view.x,
    y: (size.height / 2 - pixel.y) / view.scale + view.y,
  };
}

/** Return the view that shows `box` whole inside what the insets leave free. */
export function fit(box: Box, size: Size, insets: Insets): View {
  const free = {
    width: Math.max(size.width - insets.left - insets.right, 40),
    height: Math.max(size.height - insets.top - insets.bottom, 40),
  };
  const scale = Math.min(free.width / extent(box.x0, box.x1), free.height / extent(box.y0, box.y1));
  const shiftX = (insets.left - insets.right) / 2;
  const shiftY = (insets.top - insets.bottom) / 2;
  return {
    x: (box.x0 + box.x1) / 2 - shiftX / scale,
    y: (box.y0 + box.y1) / 2 + shiftY / scale,
    scale,
  };
}

/** Return the limits of zoom and pan for points that lie in `box` and a first view `home`. */
export function boundsOf(box: Box, home: View, size: Size): Bounds {
  const whole = fit(box, size, { top: 0, right: 0, bottom: 0, left: 0 });
  return { box, minScale: Math.min(whole.scale, home.scale) * MIN_ZOOM, maxScale: home.scale * MAX_ZOOM };
}

/** Keep the scale in range and the window's centre over the points. */
export function clampView(view: View, bounds: Bounds, size: Size): View {
  const scale = clamp(view.scale, bounds.minScale, bounds.maxScale);
  // Half a window of slack, so that a point at the rim can still be brought out from under a panel.
  const slackX = size.width / scale / 2;
  const slackY = size.height / scale / 2;
  return {
    x: clamp(view.x, bounds.box.x0 - slackX, bounds.box.x1 + slackX),
    y: clamp(view.y, bounds.box.y0 - slackY, bounds.box.y1 + slackY),
    scale,
  };
}

/** Change the scale so that the plane's point under `pixel` stays there. */
export function zoomAround(view: View, size: Size, pixel: Point, scale: number): View {
  const anchor = toPlane(view, size, pixel);
  return {
    x: anchor.x - (pixel.x - size.width / 2) / scale,
    y: anchor.y - (size.height / 2 - pixel.y) / scale,
    scale,
  };
}

export function pan(view: View, dx: number, dy: number): View {
  return { x: view.x - dx / view.scale, y: view.y + dy / view.scale, scale: view.scale };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** A map whose points are all in one place still needs an extent. */
function extent(low: number, high: number): number {
  return Math.max(high - low, 1e-9 * Math.max(1, Math.abs(low), Math.abs(high)));
}
