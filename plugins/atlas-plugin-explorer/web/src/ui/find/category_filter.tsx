/** The filter of a column of few values: any of them, or none. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { CategoryColumn } from "../../api/format";
import type { Value } from "../../selection/nodes";
import type { Test } from "../../selection/tree";
import { valueText } from "../../state/describe";
import { isRange, type Scale } from "../../state/stats";
import type { Props } from "../app";
import { useStats } from "./use_stats";
import { ValueList, type Choice } from "./value_list";

export function CategoryFilter({ explorer, column }: Props & { readonly column: CategoryColumn }): JSX.Element {
  const { stats, trouble } = useStats(explorer, column, useSignal<Scale>("linear"));
  const { selecting } = explorer;
  const key = `column:${column.name}`;
  const chosen = valuesOf(selecting.of(key));
  if (trouble !== null) return <p class="status trouble">{trouble}</p>;
  if (stats === null || isRange(stats)) return <div class="values waiting" />;
  const toggle = (value: Value): void => {
    // What is chosen now, not when this was drawn: clicks may come faster.
    const before = valuesOf(selecting.of(key));
    const values = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
    selecting.replace(key, values.length === 0 ? null : { type: "category", field: column.name, values });
  };
  const choice = (value: Value, count: number, selected: number | null): Choice => ({
    key: JSON.stringify(value), label: valueText(value), count, selected, on: chosen.includes(value), quiet: value === null,
    toggle: () => toggle(value),
  });
  const choices = stats.categories.filter((one) => one.count > 0).map((one) => choice(one.value, one.count, one.selected));
  if (stats.nulls > 0) choices.push(choice(null, stats.nulls, stats.nulls_selected));
  return <ValueList name={column.name} choices={choices} />;
}

function valuesOf(test: Test | null): readonly Value[] {
  return test?.type === "category" ? test.values : [];
}
