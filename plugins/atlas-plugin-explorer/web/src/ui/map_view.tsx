/** The element that holds the canvases, kept at the size of the window. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { formatCount } from "../color/ticks";
import type { Insets, Size } from "../map/view";
import type { Explorer } from "../state/explorer";
import type { Props } from "./app";

function insetsFor({ layout, looking }: Explorer): Insets {
  return layout.covered(looking.drawerHeight.value);
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
    explorer.attach(parts, size, insetsFor(explorer));
    const observer = new ResizeObserver(() => {
      const next = sizeNow();
      if (next.width === size.width && next.height === size.height) return;
      size = next;
      explorer.resize(size, insetsFor(explorer));
    });
    observer.observe(hostNow);
    const unfollow = effect(() => {
      const insets = insetsFor(explorer);
      explorer.resize(size, insets);
    });
    return () => {
      observer.disconnect();
      unfollow();
    };
  }, [explorer]);
  const points = explorer.store.index.value?.points ?? 0;
  const name = `Map of ${formatCount(points)} points. Arrow keys move, plus and minus zoom, 0 shows the whole map, L draws a selection with arrow keys and Enter.`;
  return (
    <div ref={host} id="map" class="map" tabIndex={0} role="application" aria-label={name}>
      <canvas ref={picture} class="layer" aria-hidden="true" />
      <canvas ref={overlay} class="layer" aria-hidden="true" />
    </div>
  );
}
