/** The page: the map fills the window, and panels float above it. */

import type { JSX } from "preact";
import type { Explorer } from "../state/explorer";
import { LabelList } from "./label_list";
import { MapView } from "./map_view";
import { Notice } from "./notice";
import { late } from "./shell/late";
import { LeftPanel } from "./shell/left_panel";
import { DRAWER, HOVER, LEGEND, RIGHT, TIME } from "./shell/slots";
import { Toolbar } from "./shell/toolbar";
import { Banner } from "./states/banner";

const Drop = late("Drop");
const Keys = late("Keys");
const Note = late("Note");
const Waiting = late("Waiting");

export interface Props {
  readonly explorer: Explorer;
}

export function App({ explorer }: Props): JSX.Element {
  const { store } = explorer;
  const { kind } = store.status.value;
  if (kind === "failed" || kind === "empty") return <Notice store={store} />;
  if (kind === "waiting") return <Waiting explorer={explorer} />;
  return (
    <>
      {kind === "ready" && <Page explorer={explorer} />}
      <Notice store={store} />
      <Banner store={store} />
      <Note explorer={explorer} />
    </>
  );
}

/** In the order of the Tab key: what one finds with, the map, what the map is told, what it shows. */
function Page({ explorer }: Props): JSX.Element {
  const { leftOpen, rightOpen, drawerOpen, narrow } = explorer.layout;
  const open = [
    leftOpen.value && "left-open", rightOpen.value && "right-open", drawerOpen.value && "drawer-open", narrow.value && "narrow",
  ];
  return (
    <div class={["page", ...open].filter(Boolean).join(" ")} style={{ "--drawer-height": `${explorer.looking.drawerHeight.value}px` }}>
      <LeftPanel explorer={explorer} />
      <main>
        <MapView explorer={explorer} />
        <LabelList store={explorer.store} />
        <Toolbar explorer={explorer} />
        <div class="foot">
          {LEGEND !== null && <div class="legend-box"><LEGEND explorer={explorer} /></div>}
          {TIME !== null && <div class="time-box"><TIME explorer={explorer} /></div>}
        </div>
        {HOVER !== null && <HOVER explorer={explorer} />}
      </main>
      {RIGHT !== null && rightOpen.value && <RIGHT explorer={explorer} />}
      {DRAWER !== null && drawerOpen.value && <DRAWER explorer={explorer} />}
      <Keys explorer={explorer} />
      <Drop explorer={explorer} />
    </div>
  );
}
