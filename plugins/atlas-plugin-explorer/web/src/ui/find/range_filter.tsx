/** The filter of a column of numbers or dates. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { formatCount, formatDate, formatNumber, unitOf } from "../../color/ticks";
import type { RangeNode } from "../../selection/nodes";
import { binsOfRange, rangeOfBins, type RangeColumn } from "../../state/bins";
import { isRange, type RangeStats, type Scale } from "../../state/stats";
import type { Props } from "../app";
import { BoundFields } from "./bound_fields";
import { Histogram } from "./histogram";
import { NullToggle } from "./null_toggle";
import { useStats } from "./use_stats";

interface RangeProps extends Props {
  readonly column: RangeColumn;
}

export function RangeFilter({ explorer, column }: RangeProps): JSX.Element {
  const scale = useSignal<Scale>("linear");
  const { stats, trouble } = useStats(explorer, column, scale);
  if (trouble !== null) return <p class="status trouble">{trouble}</p>;
  if (stats === null || !isRange(stats)) return <div class="histogram waiting" />;
  return (
    <>
      <Brush explorer={explorer} column={column} stats={stats} />
      <Scales column={column} stats={stats} scale={scale.value} choose={(next) => (scale.value = next)} />
      <BoundFields explorer={explorer} column={column} />
      {stats.outside > 0 && <p class="status">{formatCount(stats.outside)} values cannot be shown on this scale.</p>}
      <NullToggle explorer={explorer} column={column} count={stats.nulls} />
    </>
  );
}

function Brush({ explorer, column, stats }: RangeProps & { readonly stats: RangeStats }): JSX.Element {
  const { selecting } = explorer;
  const key = `column:${column.name}`;
  const test = selecting.of(key);
  const range: RangeNode | null = test?.type === "range" ? test : null;
  const { from, to } = binsOfRange(range, column, stats.edges);
  const say = sayer(column, stats.edges);
  return (
    <>
      <Histogram name={column.name} counts={stats.counts} selected={stats.selected} from={from} to={to} say={say}
        brush={(low, high) => selecting.replace(key, rangeOfBins(column, stats.edges, low, high), { mark: key })}
        done={() => selecting.settle()} />
      <div class="histogram-ends" aria-hidden="true">
        <span>{say(0)}</span>
        <span>{say(stats.counts.length)}</span>
      </div>
    </>
  );
}

/** What a place among the bins stands for. */
function sayer(column: RangeColumn, edges: readonly number[]): (place: number) => string {
  const last = Math.max(edges.length - 1, 0);
  const span = (edges[last] ?? 0) - (edges[0] ?? 0);
  return (place) => {
    const k = Math.min(Math.max(Math.round(place), 0), last);
    if (edges.length === 0) return "";
    if (column.kind === "date") return formatDate(k === last ? column.max : edges[k], unitOf(span));
    if (k === 0) return formatNumber(column.min);
    return formatNumber(k === last ? column.max : column.integer ? Math.ceil(edges[k]) : edges[k]);
  };
}

interface ScalesProps {
  readonly column: RangeColumn;
  readonly stats: RangeStats;
  readonly scale: Scale;
  readonly choose: (scale: Scale) => void;
}

const SCALES: readonly { readonly scale: Scale; readonly name: string; readonly title: string }[] = [
  { scale: "linear", name: "linear", title: "Bins of equal width" },
  { scale: "log", name: "log", title: "Each bin is as many times wider than the one before" },
  { scale: "quantile", name: "quantile", title: "Bins of as many rows each" },
];

function Scales({ column, stats, scale, choose }: ScalesProps): JSX.Element | null {
  const positive = column.kind === "number" && column.max > 0;
  const few = scale === "linear" && stats.counts.length < 12;
  if (few) return null;
  return (
    <div class="segments" role="group" aria-label={`Scale of ${column.name}`}>
      {SCALES.filter((one) => one.scale !== "log" || positive).map((one) => (
        <button type="button" key={one.scale} class="segment" aria-pressed={one.scale === scale} title={one.title}
          onClick={() => choose(one.scale)}>
          {one.name}
        </button>
      ))}
    </div>
  );
}
