/** The page: the map, and what floats above it. */

import type { JSX } from "preact";
import type { Explorer } from "../state/explorer";
import { Card } from "./card";
import { Controls } from "./controls";
import { LabelList } from "./label_list";
import { MapView } from "./map_view";
import { Notice } from "./notice";
import { Panel } from "./panel";
import { Banner } from "./states/banner";
import { Waiting } from "./states/waiting";

export interface Props {
  readonly explorer: Explorer;
}

export function App({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const status = store.status.value;
  if (status.kind === "failed" || status.kind === "empty") return <Notice store={store} />;
  if (status.kind === "waiting") return <Waiting store={store} />;
  const ready = status.kind === "ready";
  return (
    <>
      {ready && <MapView explorer={explorer} />}
      {ready && <LabelList store={store} />}
      {ready && <Panel explorer={explorer} />}
      {ready && <Controls explorer={explorer} />}
      {ready && <Card store={store} close={() => explorer.clear()} />}
      <Notice store={store} />
      <Banner store={store} />
    </>
  );
}
