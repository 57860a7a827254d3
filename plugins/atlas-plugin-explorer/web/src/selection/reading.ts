/** Reads leaves of the selection language that come from links, from Python and from plugins. */

import { DUPLICATE_CLASSES, type Corner, type DuplicateClass, type Value } from "./nodes";
import type { Test } from "./tree";

export class WrongSelection extends Error {
  constructor(reason: string) {
    super(`This is no selection: ${reason}.`);
    this.name = "WrongSelection";
  }
}

type Fields = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<string, (fields: Fields) => Test>> = {
  text: (of) => ({
    type: "text",
    query: need(of, "query", isText),
    fields: take(of, "fields", (value) => several(value, isText), null),
    regex: take(of, "regex", isFlag, false),
    whole_word: take(of, "whole_word", isFlag, false),
    ignore_case: take(of, "ignore_case", isFlag, true),
  }),
  range: (of) => ({
    type: "range",
    field: need(of, "field", isText),
    low: take(of, "low", isBound, null),
    high: take(of, "high", isBound, null),
  }),
  category: (of) => ({ type: "category", field: need(of, "field", isText), values: list(of, "values", isValue) }),
  meaning: (of) => ({
    type: "meaning",
    ...maybe(of, "query", isText),
    ...maybe(of, "vector", (value): value is readonly number[] => several(value, isNumber)),
    ...maybe(of, "similarity", isNumber),
    ...maybe(of, "k", isNumber),
  }),
  neighbors: (of) => ({ type: "neighbors", id: need(of, "id", isId), k: need(of, "k", isNumber) }),
  lasso: (of) => ({
    type: "lasso",
    polygons: list(of, "polygons", (value): value is readonly Corner[] => several(value, isCorner)),
  }),
  topic: (of) =>
    of.label === undefined || of.label === null
      ? { type: "topics", ids: [need(of, "topic_id", isNumber)] }
      : { type: "topic", depth: need(of, "depth", isNumber), label: need(of, "label", isText) },
  duplicates: (of) => ({ type: "duplicates", classes: list(of, "classes", isClass) }),
  tag: (of) => ({ type: "tag", name: need(of, "name", isText) }),
  ids: (of) => ({ type: "ids", ids: list(of, "ids", isId) }),
};

/** Read a leaf. Throws WrongSelection. */
export function readLeaf(node: unknown): Test {
  const fields = typeof node === "object" && node !== null ? (node as Fields) : {};
  const type = typeof fields.type === "string" ? fields.type : "";
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (reader === undefined) throw new WrongSelection(`it has a part of type ${JSON.stringify(fields.type ?? null)}`);
  return reader(fields);
}

type Is<T> = (value: unknown) => value is T;

const isText: Is<string> = (value): value is string => typeof value === "string" && value !== "";
const isFlag: Is<boolean> = (value): value is boolean => typeof value === "boolean";
const isNumber: Is<number> = (value): value is number => typeof value === "number" && Number.isFinite(value);
const isBound: Is<number | string> = (value): value is number | string => isNumber(value) || isText(value);
const isId: Is<number | string> = (value): value is number | string => isNumber(value) || typeof value === "string";
const isValue: Is<Value> = (value): value is Value => value === null || isFlag(value) || isId(value);
const isCorner: Is<Corner> = (value): value is Corner => several(value, isNumber) && value.length === 2;
const isClass: Is<DuplicateClass> = (value): value is DuplicateClass =>
  DUPLICATE_CLASSES.some((known) => known === value);

function several<T>(value: unknown, is: Is<T>): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}

function need<T>(fields: Fields, name: string, is: Is<T>): T {
  const value = fields[name];
  if (is(value)) return value;
  throw new WrongSelection(`${String(fields.type)} has no usable ${name}`);
}

function list<T>(fields: Fields, name: string, is: Is<T>): readonly T[] {
  return need(fields, name, (value): value is readonly T[] => several(value, is));
}

function take<T, N>(fields: Fields, name: string, is: ((value: unknown) => value is T) | ((value: unknown) => boolean), without: N): T | N {
  const value = fields[name];
  if (value === undefined || value === null) return without;
  return need(fields, name, is as Is<T>);
}

function maybe<K extends string, T>(fields: Fields, name: K, is: Is<T>): { readonly [key in K]?: T } {
  const value = fields[name];
  if (value === undefined || value === null) return {};
  return { [name]: need(fields, name, is) } as { readonly [key in K]?: T };
}
