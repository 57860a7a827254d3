/** The few icons of the page, drawn on a grid of 16, in the colour of the text around them. */

import type { JSX } from "preact";

const PATHS = {
  search: "M7 12.2A5.2 5.2 0 1 0 7 1.8a5.2 5.2 0 0 0 0 10.4ZM10.9 10.9l3.4 3.4",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  plus: "M8 2.5v11M2.5 8h11",
  minus: "M2.5 8h11",
  home: "M2.2 5.8V2.2h3.6M10.2 2.2h3.6v3.6M13.8 10.2v3.6h-3.6M5.8 13.8H2.2v-3.6M6.6 8a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3.05 3.05l1 1M11.95 11.95l1 1M3.05 12.95l1-1M11.95 4.05l1-1",
  moon: "M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2Z",
  chevron: "M3.5 6l4.5 4.5L12.5 6",
  panel: "M2.2 3.4a1.2 1.2 0 0 1 1.2-1.2h9.2a1.2 1.2 0 0 1 1.2 1.2v9.2a1.2 1.2 0 0 1-1.2 1.2H3.4a1.2 1.2 0 0 1-1.2-1.2ZM6.2 2.2v11.6",
  undo: "M5.6 3L2.6 6l3 3M2.6 6h6.6a4 4 0 0 1 0 8H6.4",
  redo: "M10.4 3l3 3-3 3M13.4 6H6.8a4 4 0 0 0 0 8h2.8",
  sliders: "M2 4.5h7M12.4 4.5H14M2 11.5h1.6M7 11.5h7M10.7 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM5.3 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z",
  download: "M8 2v8M4.8 7L8 10.2 11.2 7M2.5 13.5h11",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
