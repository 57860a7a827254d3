/** A list of any length of which only the lines in sight exist. Browsers lay out some 30 million pixels; a list may be longer. */

import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

const TALLEST = 8_000_000;
/** Lines above and below that exist already. */
const SPARE = 6;

export interface Extent {
  /** Pixels of the list if it were laid out whole. */
  readonly whole: number;
  /** Pixels that the browser scrolls through. */
  readonly laid: number;
  /** Pixels in sight. */
  readonly sight: number;
}

/** Where the list's top edge is for a place of the scroll bar, in pixels of the whole list. */
export function topOf(scrolled: number, { whole, laid, sight }: Extent): number {
  return laid <= sight ? 0 : (scrolled / (laid - sight)) * Math.max(whole - sight, 0);
}

/** The place of the scroll bar for a top edge. */
export function scrollOf(top: number, { whole, laid, sight }: Extent): number {
  return whole <= sight ? 0 : (top / (whole - sight)) * (laid - sight);
}

export interface Virtual {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly laid: number;
  readonly first: number;
  readonly count: number;
  /** Where a line is drawn, pixels from the top of what is laid out. */
  readonly offset: (line: number) => number;
  readonly lines: number;
  readonly reveal: (line: number) => void;
  readonly onScroll: () => void;
  readonly onWheel: (event: WheelEvent) => void;
}

/** `head` are pixels that stay at the top, over the lines. */
export function useVirtual(total: number, height: number, head: number): Virtual {
  const box = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState(300);
  const [top, setTop] = useState(0);
  const own = useRef(-1);
  const whole = total * height;
  const extent: Extent = { whole, laid: Math.min(whole, TALLEST), sight };
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => setSight(Math.max(element.clientHeight - head, height));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [head, height]);
  const go = useCallback((wanted: number): void => {
    const element = box.current;
    const next = Math.min(Math.max(wanted, 0), Math.max(extent.whole - extent.sight, 0));
    setTop(next);
    if (element === null) return;
    element.scrollTop = scrollOf(next, extent);
    own.current = element.scrollTop;
  }, [extent.whole, extent.laid, extent.sight]);
  const onScroll = (): void => {
    const scrolled = box.current?.scrollTop ?? 0;
    // Scrolling of one's own is known more precisely than the scroll bar can say.
    if (scrolled !== own.current) setTop(topOf(scrolled, extent));
    own.current = -1;
  };
  const onWheel = (event: WheelEvent): void => {
    if (extent.whole <= extent.laid || event.shiftKey || event.deltaY === 0) return;
    event.preventDefault();
    go(top + event.deltaY * (event.deltaMode === 1 ? height : 1));
  };
  const shown = Math.min(top, Math.max(whole - sight, 0));
  const first = Math.max(Math.floor(shown / height) - SPARE, 0);
  const lines = Math.max(Math.floor(sight / height), 1);
  const reveal = (line: number): void => {
    // One line on, the list moves by one line; farther, what is looked for comes to the middle.
    const [above, below] = [shown - line * height, (line + 1) * height - shown - sight];
    const far = Math.max(above, below) > 2 * height;
    if (far) go((line + 0.5) * height - sight / 2);
    else if (above > 0) go(line * height);
    else if (below > 0) go((line + 1) * height - sight);
  };
  const base = scrollOf(shown, extent);
  return {
    box, laid: extent.laid, first, lines, reveal, onScroll, onWheel,
    count: Math.min(lines + 2 * SPARE + 2, Math.max(total - first, 0)),
    offset: (line) => base + line * height - shown,
  };
}
