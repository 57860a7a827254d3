/** The filter by duplicates: rows without any, those that are kept, those that are not. */

import type { JSX } from "preact";
import { DUPLICATE_CLASSES, type DuplicateClass } from "../../selection/nodes";
import { CLASS_NAMES } from "../../state/describe";
import type { Props } from "../app";
import { ValueList } from "./value_list";

export function ClassFilter({ explorer }: Props): JSX.Element | null {
  const { selecting, store } = explorer;
  const counts = store.index.value?.duplicates?.counts;
  if (counts === undefined) return null;
  const test = selecting.of("duplicates");
  const chosen: readonly DuplicateClass[] = test?.type === "duplicates" ? test.classes : [];
  const toggle = (name: DuplicateClass): void => {
    const classes = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
    selecting.replace("duplicates", classes.length === 0 ? null : { type: "duplicates", classes });
  };
  const choices = DUPLICATE_CLASSES.map((name) => ({
    key: name, label: CLASS_NAMES[name], count: counts[name] ?? 0, selected: null, on: chosen.includes(name), toggle: () => toggle(name),
  }));
  return <ValueList name="duplicates" choices={choices} />;
}
