/** Undo and redo over values that never mutate. */

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** Steps of one gesture (a drag, typing a word) carry one mark and count as one step. */
  readonly mark: string | null;
}

const LONGEST = 100;

export function begin<T>(now: T): History<T> {
  return { past: [], now, future: [], mark: null };
}

export function step<T>(history: History<T>, now: T, mark: string | null = null): History<T> {
  if (now === history.now) return history;
  if (mark !== null && mark === history.mark) return { ...history, now, future: [] };
  return { past: [...history.past, history.now].slice(-LONGEST), now, future: [], mark };
}

/** End a gesture: the next step with the same mark is one of its own. */
export function settle<T>(history: History<T>): History<T> {
  return history.mark === null ? history : { ...history, mark: null };
}

export function undo<T>(history: History<T>): History<T> {
  const now = history.past.at(-1);
  if (now === undefined) return history;
  return { past: history.past.slice(0, -1), now, future: [history.now, ...history.future], mark: null };
}

export function redo<T>(history: History<T>): History<T> {
  const [now, ...future] = history.future;
  if (now === undefined) return history;
  return { past: [...history.past, history.now], now, future, mark: null };
}
