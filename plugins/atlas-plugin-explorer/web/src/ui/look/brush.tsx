/** A window over a picture from left to right: drawn by dragging, moved by its middle or its ends, by mouse, finger or keys. */

import { useRef } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { dragTo, grabbed, type Grab, type Span } from "./span";

interface BrushProps {
  readonly id: string;
  /** 0..1 both; null is no window: all is shown. */
  readonly span: Span | null;
  readonly name: string;
  /** A place 0..1 in words. */
  readonly say: (t: number) => string;
  /** What an arrow key moves by, 0..1. */
  readonly step: number;
  readonly change: (span: Span | null) => void;
  readonly settle: () => void;
  readonly children: ComponentChildren;
}

export function Brush({ id, span, name, say, step, change, settle, children }: BrushProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const grab = useRef<Grab | null>(null);
  // Keys may come faster than the page is drawn.
  const latest = useRef(span);
  latest.current = span;
  const at = (event: PointerEvent): number => {
    const { left, width } = box.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return Math.min(Math.max((event.clientX - left) / Math.max(width, 1), 0), 1);
  };
  const end = (event: PointerEvent): void => {
    // A click beside the window takes it away.
    if (grab.current?.part === "new" && at(event) === grab.current.from) change(null);
    grab.current = null;
    settle();
  };
  return (
    <div ref={box} id={id} class="brush" role="group" aria-label={name}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        grab.current = grabbed(at(event), span, 8 / Math.max(box.current?.clientWidth ?? 1, 1));
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (grab.current !== null && (grab.current.part !== "new" || at(event) !== grab.current.from)) change(dragTo(grab.current, at(event)));
      }}
      onPointerUp={end} onPointerCancel={() => (grab.current = null)}>
      {children}
      {span !== null && <Window span={span} />}
      {(["from", "to"] as const).map((side) => {
        const value = (span ?? WHOLE)[side];
        return (
          <span key={side} class={span === null ? "handle idle" : "handle"} data-side={side} role="slider" tabIndex={0}
            aria-label={`${name}, ${side}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(100 * value)} aria-valuetext={say(value)}
            style={{ left: `${100 * value}%` }}
            onKeyDown={(event) => {
              const next = keyed(event.key, latest.current ?? WHOLE, side, step);
              if (next === undefined) return;
              event.preventDefault();
              latest.current = next;
              change(next);
              settle();
            }} />
        );
      })}
    </div>
  );
}

const WHOLE: Span = { from: 0, to: 1 };

function Window({ span }: { readonly span: Span }): JSX.Element {
  return (
    <>
      <span class="veil" style={{ left: 0, width: `${100 * span.from}%` }} />
      <span class="veil" style={{ left: `${100 * span.to}%`, right: 0 }} />
      <span class="window" style={{ left: `${100 * span.from}%`, width: `${100 * (span.to - span.from)}%` }} />
    </>
  );
}

/** Escape and Delete take the window away; undefined is a key that means nothing here. */
function keyed(key: string, span: Span, side: "from" | "to", step: number): Span | null | undefined {
  if (key === "Escape" || key === "Delete") return null;
  const by = key === "ArrowRight" || key === "ArrowUp" ? step : key === "ArrowLeft" || key === "ArrowDown" ? -step : 0;
  const moved = key === "Home" ? 0 : key === "End" ? 1 : by === 0 ? null : span[side] + by;
  if (moved === null) return undefined;
  const inside = Math.min(Math.max(moved, side === "to" ? span.from : 0), side === "from" ? span.to : 1);
  return { ...span, [side]: inside };
}
