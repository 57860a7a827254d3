/** The filter by duplicates: rows without any, those that are kept, those that are not. */

import type { JSX } from "preact";
import { DUPLICATE_CLASSES, type DuplicateClass } from "../../selection/nodes";
import type { Test } from "../../selection/tree";
import { CLASS_NAMES } from "../../state/describe";
import type { Props } from "../app";
import { ValueList } from "./value_list";

export function ClassFilter({ explorer }: Props): JSX.Element | null {
  const { selecting, store } = explorer;
  const counts = store.index.value?.duplicates?.counts;
  if (counts === undefined) return null;
  const chosen = classesOf(selecting.of("duplicates"));
  const toggle = (name: DuplicateClass): void => {
    const before = classesOf(selecting.of("duplicates"));
    const classes = before.includes(name) ? before.filter((one) => one !== name) : [...before, name];
    selecting.replace("duplicates", classes.length === 0 ? null : { type: "duplicates", classes });
  };
  const choices = DUPLICATE_CLASSES.map((name) => ({
    key: name, label: CLASS_NAMES[name], count: counts[name] ?? 0, selected: null, on: chosen.includes(name), toggle: () => toggle(name),
  }));
  return <ValueList name="duplicates" choices={choices} />;
}

function classesOf(test: Test | null): readonly DuplicateClass[] {
  return test?.type === "duplicates" ? test.classes : [];
}
