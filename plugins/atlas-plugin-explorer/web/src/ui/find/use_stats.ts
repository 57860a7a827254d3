/** The spread of a column for a component: what is shown stays until there is something newer. */

import { effect, type Signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { ColorColumn } from "../../api/format";
import type { Explorer } from "../../state/explorer";
import { countSelected, type Scale, type Stats } from "../../state/stats";

/** A drag on another histogram is counted when it pauses. */
const PAUSE = 60;

export interface StatsState {
  readonly stats: Stats | null;
  readonly trouble: string | null;
}

export function useStats(explorer: Explorer, column: ColorColumn, scale: Signal<Scale>): StatsState {
  const [state, setState] = useState<StatsState>({ stats: null, trouble: null });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let round = 0;
    const stop = effect(() => {
      const bits = explorer.selecting.bitsWithout(`column:${column.name}`);
      const wanted = scale.value;
      void explorer.answers.changed.value;
      const mine = ++round;
      clearTimeout(timer);
      timer = setTimeout(() => {
        statsOf(explorer, column, wanted, bits).then(
          (stats) => mine === round && setState({ stats, trouble: null }),
          (error: unknown) => mine === round && setState({ stats: null, trouble: error instanceof Error ? error.message : String(error) }),
        );
      }, PAUSE);
    });
    return () => {
      round++;
      clearTimeout(timer);
      stop();
    };
  }, [explorer, column, scale]);
  return state;
}

async function statsOf(
  explorer: Explorer,
  column: ColorColumn,
  scale: Scale,
  bits: ReturnType<Explorer["selecting"]["bitsWithout"]>,
): Promise<Stats> {
  const place = explorer.store.columns.peek().indexOf(column);
  const all = await explorer.stats.of(place, scale, null);
  if (bits === null) return all;
  const values = explorer.known.mayLoad ? await explorer.pages.load(column.files, column.encoding) : null;
  const counted = values === null ? null : countSelected(all, column, values, bits);
  return counted ?? explorer.stats.of(place, scale, explorer.selecting.nodeWithout(`column:${column.name}`));
}
