/** The selection: what is asked of rows, who answers to it, how many they are, and the way back. */

import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { countBits, spread, type Bits } from "../selection/bits";
import { combine } from "../selection/evaluate";
import { tidy, turnJoin } from "../selection/joining";
import { begin, redo, settle, step, undo, type History } from "../selection/history";
import type { SelectionNode } from "../selection/nodes";
import {
  combineInto, condition, conditions, counts, EVERYTHING, find, findKey, keyOfTest, remove, replace,
  type Condition, type Group, type Join, type Part, type Test,
} from "../selection/tree";
import { readTree, toNode } from "../selection/wire";
import type { Mask } from "../render/renderer";
import type { Answers } from "./answers";

/** How a new condition goes together with those that are there. */
export type How = "and" | "or" | "not";

export interface Placing {
  readonly how?: How;
  /** Steps of one gesture with one mark (a drag, typing) are undone at once; `settle` ends it. */
  readonly mark?: string;
}

export class Selecting {
  private readonly history = signal<History<Group>>(begin(EVERYTHING));
  private readonly shown = signal<Bits | null>(null);
  private readonly total = signal<number | null>(null);
  private readonly each = signal<ReadonlyMap<number, number>>(new Map());
  /** The selection as the page keeps it. */
  readonly tree = computed(() => this.history.value.now);
  /** The selection in the language that the server and Python speak; null is everything. */
  readonly node: ReadonlySignal<SelectionNode | null> = computed(() => toNode(this.tree.value));
  /** Who is selected, one bit a point in page order; null is everybody. */
  readonly bits: ReadonlySignal<Bits | null> = this.shown;
  /** Who is selected, for the map; null is everybody. */
  readonly mask: ReadonlySignal<Mask | null> = computed(() => {
    const bits = this.shown.value;
    return bits === null ? null : { shown: spread(bits, this.points.peek()), count: countBits(bits) };
  });
  /** How many points are selected; null while that is being asked. */
  readonly count: ReadonlySignal<number | null> = this.total;
  /** How many points each condition holds for by itself, by its id. */
  readonly counts: ReadonlySignal<ReadonlyMap<number, number>> = this.each;
  /** Whether the server still has a word to say. */
  readonly busy = computed(() => {
    void this.answers.changed.value;
    return conditions(this.tree.value).some((one) => one.on && !this.answers.settled(one.test));
  });
  /** What is wrong with the first condition that cannot be answered. */
  readonly error = computed(() => {
    const wrong = conditions(this.tree.value).find((one) => this.troubleOf(one) !== null);
    return wrong === undefined ? null : this.troubleOf(wrong);
  });
  readonly canUndo = computed(() => this.history.value.past.length > 0);
  readonly canRedo = computed(() => this.history.value.future.length > 0);

  constructor(
    private readonly answers: Answers,
    private readonly points: ReadonlySignal<number>,
    private readonly alive: ReadonlySignal<Bits | null>,
  ) {
    effect(() => {
      void this.tree.value;
      untracked(() => this.ask());
    });
    effect(() => this.gather());
  }

  /** Add a condition. */
  add(test: Test, placing: Placing = {}): void {
    const part = condition(test, { not: placing.how === "not" });
    this.take(combineInto(this.tree.peek(), part, joinOf(placing)), placing);
  }

  /** Put a test into the one condition with this key (see `keyOf` in selection/tree.ts); null takes it away. */
  replace(key: string, test: Test | null, placing: Placing = {}): void {
    const tree = this.tree.peek();
    const present = findKey(tree, key);
    if (test === null) {
      if (present !== null) this.take(tidy(remove(tree, present.id)), placing);
      return;
    }
    if (present === null) {
      const own = key === keyOfTest(test) ? {} : { key };
      const part = condition(test, { ...own, not: placing.how === "not" });
      this.take(combineInto(tree, part, joinOf(placing)), placing);
      return;
    }
    if (JSON.stringify(present.test) === JSON.stringify(test) && present.on) return;
    this.take(replace(tree, present.id, (part) => ({ ...part, on: true, test }) as Condition), placing);
  }

  /** The test of the condition with this key, if there is one. Read in an effect or a component, it is followed. */
  of(key: string): Test | null {
    return findKey(this.tree.value, key)?.test ?? null;
  }

  /** Let a control's own condition stand by itself: the control will make another. */
  release(id: number, placing: Placing = {}): void {
    this.take(replace(this.tree.peek(), id, (part) => (part.kind === "condition" ? withoutKey(part) : part)), placing);
  }

  /** Who would be selected without the condition of this key; null is everybody. */
  bitsWithout(key: string): Bits | null {
    void this.answers.changed.value;
    return combine(without(this.tree.value, key), this.points.value, (one) => this.answers.bits(one.test), this.alive.value).bits;
  }

  /** The selection without the condition of this key; null is everything. */
  nodeWithout(key: string): SelectionNode | null {
    return toNode(without(this.tree.value, key));
  }

  remove(id: number): void {
    this.take(tidy(remove(this.tree.peek(), id)));
  }

  /** Turn a part on or off, invert it, or join the parts of a group the other way. */
  set(id: number, how: { readonly on?: boolean; readonly not?: boolean; readonly join?: Join }): void {
    const tree = this.tree.peek();
    if (find(tree, id) !== null) this.take(replace(tree, id, (part) => ({ ...part, ...how }) as Part));
  }

  /** Turn the "and" between parts `k` and `k + 1` of a group into an "or", or back. */
  turnJoin(groupId: number, k: number): void {
    this.take(tidy(turnJoin(this.tree.peek(), groupId, k)));
  }

  /** Put another whole selection in the place of this one. */
  take(tree: Group, placing: Placing = {}): void {
    this.history.value = step(this.history.peek(), tree, placing.mark ?? null);
  }

  /** Select what a node of the language says; null is everything. Throws WrongSelection. */
  select(node: SelectionNode | null): void {
    this.take(node === null ? EVERYTHING : readTree(node));
  }

  /** Begin with a selection that a link brought: it is not undone. */
  start(tree: Group): void {
    this.history.value = begin(tree);
  }

  clear(): void {
    if (this.tree.peek().of.length > 0) this.take(EVERYTHING);
  }

  undo(): void {
    this.history.value = undo(this.history.peek());
  }

  redo(): void {
    this.history.value = redo(this.history.peek());
  }

  /** Ask anew about conditions of a type: what they mean has changed. */
  refresh(type: Test["type"]): void {
    this.answers.forget((test) => test.startsWith(`{"type":"${type}"`));
    this.ask();
  }

  /** End a gesture. */
  settle(): void {
    this.history.value = settle(this.history.peek());
  }

  /** Why a condition has no answer; null if it has one, or will. */
  troubleOf(part: Condition): string | null {
    void this.answers.changed.value;
    return this.answers.trouble(part.test);
  }

  private ask(): void {
    this.answers.want(conditions(this.tree.peek()).map((one) => one.test));
  }

  /** What is shown stays until all conditions have an answer, so that nothing flashes up in between. */
  private gather(): void {
    void this.answers.changed.value;
    const tree = this.tree.value;
    const alive = this.alive.value;
    const waiting = effective(tree).some((one) => this.answers.bits(one.test) === null && this.answers.trouble(one.test) === null);
    const found = combine(tree, this.points.value, (one) => this.answers.bits(one.test), alive);
    this.each.value = found.counts;
    if (!waiting) this.shown.value = found.bits;
    this.total.value = waiting ? null : found.count;
  }
}

/** The conditions that have a say. */
function effective(tree: Part): Condition[] {
  if (!counts(tree)) return [];
  return tree.kind === "condition" ? [tree] : tree.of.flatMap(effective);
}

function without(tree: Group, key: string): Group {
  const present = findKey(tree, key);
  return present === null ? tree : tidy(remove(tree, present.id));
}

function withoutKey(part: Condition): Condition {
  const { key: _, ...rest } = part;
  return rest;
}

function joinOf(placing: Placing): Join {
  return placing.how === "or" ? "any" : "all";
}
