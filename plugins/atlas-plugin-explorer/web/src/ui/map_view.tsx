/** The element that holds the canvases, kept at the size of the window. */

import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { formatCount } from "../color/ticks";
import type { Insets, Size } from "../map/view";
import type { Props } from "./app";

/** Below this width the panel lies above the map, not beside it; the style sheet has the same number. */
const BESIDE = 860;

function insetsFor(size: Size): Insets {
  if (size.width >= BESIDE) return { top: 28, right: 76, bottom: 28, left: 372 };
  return { top: 132, right: 22, bottom: 74, left: 22 };
}

export function MapView({ explorer }: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const [hostNow, pictureNow, overlayNow] = [host.current, picture.current, overlay.current];
    if (hostNow === null || pictureNow === null || overlayNow === null) return undefined;
    const parts = { host: hostNow, picture: pictureNow, overlay: overlayNow };
    const sizeNow = (): Size => ({ width: Math.max(hostNow.clientWidth, 1), height: Math.max(hostNow.clientHeight, 1) });
    let size = sizeNow();
    explorer.attach(parts, size, insetsFor(size));
    const observer = new ResizeObserver(() => {
      const next = sizeNow();
      if (next.width === size.width && next.height === size.height) return;
      size = next;
      explorer.resize(size, insetsFor(size));
    });
    observer.observe(hostNow);
    return () => observer.disconnect();
  }, [explorer]);
  const points = explorer.store.index.value?.points ?? 0;
  const name = `Map of ${formatCount(points)} points. Arrow keys move, plus and minus zoom, 0 shows the whole map.`;
  return (
    <div ref={host} id="map" class="map" tabIndex={0} role="application" aria-label={name}>
      <canvas ref={picture} class="layer" aria-hidden="true" />
      <canvas ref={overlay} class="layer" aria-hidden="true" />
    </div>
  );
}
