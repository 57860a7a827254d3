/** What the page in a notebook's frame and the notebook around it say to each other. */

import type { SelectionNode } from "../selection/nodes";

export type FromPage =
  | {
      readonly kind: "ask";
      readonly id: string;
      readonly path: string;
      readonly method: string;
      readonly type: string | null;
      readonly body: Uint8Array<ArrayBuffer> | null;
    }
  | { readonly kind: "selected"; readonly node: SelectionNode | null; readonly count: number | null }
  | { readonly kind: "row"; readonly row: number | null }
  /** The map is there: it can be told a selection. */
  | { readonly kind: "ready" };

export type ToPage =
  | {
      readonly kind: "answer";
      readonly id: string;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: ArrayBuffer;
    }
  | { readonly kind: "select"; readonly node: SelectionNode | null }
  | { readonly kind: "dark"; readonly dark: boolean };
