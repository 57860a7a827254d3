/** The upper edge of the drawer, by which it is made higher or lower. */

import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Props } from "../app";

const STEP = 40;

export function DrawerEdge({ explorer }: Props): JSX.Element {
  const { drawerHeight, resizeDrawer } = explorer.looking;
  const from = useRef<{ readonly y: number; readonly height: number } | null>(null);
  return (
    <div class="drawer-edge" role="separator" tabIndex={0} aria-orientation="horizontal" aria-label="Height of the drawer"
      aria-valuenow={drawerHeight.value}
      onPointerDown={(event) => {
        from.current = { y: event.clientY, height: drawerHeight.peek() };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={(event) => from.current !== null && resizeDrawer(from.current.height + from.current.y - event.clientY)}
      onPointerUp={() => (from.current = null)} onPointerCancel={() => (from.current = null)}
      onKeyDown={(event) => {
        const step = event.key === "ArrowUp" ? STEP : event.key === "ArrowDown" ? -STEP : 0;
        if (step === 0) return;
        event.preventDefault();
        resizeDrawer(drawerHeight.peek() + step);
      }} />
  );
}
