/** The selection language as JSON has it: docs/reference/selections.md. */

export type Value = string | number | boolean | null;
export type RowId = string | number;
export type DuplicateClass = "singleton" | "retention candidate" | "deletion candidate";
export type Corner = readonly [number, number];

export interface TextNode {
  readonly type: "text";
  readonly query: string;
  /** Columns, any of which will do; null is the column that was mapped. */
  readonly fields: readonly string[] | null;
  readonly regex: boolean;
  readonly whole_word: boolean;
  readonly ignore_case: boolean;
}

export interface RangeNode {
  readonly type: "range";
  readonly field: string;
  /** Numbers, or ISO 8601 text; null leaves an end open. */
  readonly low: number | string | null;
  readonly high: number | string | null;
}

export interface CategoryNode {
  readonly type: "category";
  readonly field: string;
  readonly values: readonly Value[];
}

export interface MeaningNode {
  readonly type: "meaning";
  readonly query?: string;
  readonly vector?: readonly number[];
  /** The least cosine similarity, -1..1. */
  readonly similarity?: number;
  readonly k?: number;
}

export interface NeighborsNode {
  readonly type: "neighbors";
  readonly id: RowId;
  readonly k: number;
}

export interface LassoNode {
  readonly type: "lasso";
  /** Corners in layout coordinates. */
  readonly polygons: readonly (readonly Corner[])[];
}

export interface TopicNode {
  readonly type: "topic";
  readonly topic_id?: number;
  readonly depth?: number;
  readonly label?: string;
}

export interface DuplicatesNode {
  readonly type: "duplicates";
  readonly classes: readonly DuplicateClass[];
}

export interface TagNode {
  readonly type: "tag";
  readonly name: string;
}

export interface IdsNode {
  readonly type: "ids";
  readonly ids: readonly RowId[];
}

export type LeafNode =
  | TextNode
  | RangeNode
  | CategoryNode
  | MeaningNode
  | NeighborsNode
  | LassoNode
  | TopicNode
  | DuplicatesNode
  | TagNode
  | IdsNode;

export type GroupNode = { readonly type: "all" | "any"; readonly of: readonly SelectionNode[] };
export type NotNode = { readonly type: "not"; readonly of: SelectionNode };
export type SelectionNode = LeafNode | GroupNode | NotNode;

export const DUPLICATE_CLASSES: readonly DuplicateClass[] = ["singleton", "retention candidate", "deletion candidate"];
