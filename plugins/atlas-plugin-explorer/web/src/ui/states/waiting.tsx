/** What the page says of a map that is not there yet: how far its build is, or why it ended and what to do. */

import type { JSX } from "preact";
import type { MapState } from "../../api/map_state";
import type { Props } from "../app";
import { Preview } from "./preview";

const STAGES: Readonly<Record<string, string>> = {
  snapshot: "Taking the rows",
  embed: "Embedding",
  neighbors: "Finding neighbours",
  layout: "Laying out",
  topics: "Naming topics",
  duplicates: "Finding duplicates",
  pages: "Writing the pages",
  commit: "Saving",
};

export function Waiting({ explorer: { store, client } }: Props): JSX.Element | null {
  if (store.link.value === "gone") return <Silent />;
  const state = store.mapState.value;
  if (state === null || state.state === "ready") return null;
  if (state.state === "building" || state.state === "queued") {
    return <Building state={state} preview={state.state === "building" && <Preview client={client} dark={store.dark.value} />} />;
  }
  const [title, advice] = ended(state);
  return (
    <main class="notice" aria-live="assertive" data-state={state.state}>
      <h1>{title}</h1>
      {state.message !== null && <p class="cause">{sentence(state.message)}</p>}
      <p>{advice}</p>
    </main>
  );
}

function Building({ state, preview }: { readonly state: MapState; readonly preview: JSX.Element | false }): JSX.Element {
  const { overall = 0, stage = "", stages = {} } = state.progress ?? {};
  const queued = state.state === "queued" || stage === "";
  return (
    <main class="notice building" data-state={state.state}>
      <div class="said">
        <h1>{queued ? "The map is about to be built" : "The map is being built"}</h1>
        <p>{nameOf(state)}</p>
        <progress max={1} value={overall} aria-label="The whole build" />
        <ol class="stages">
          {Object.entries(stages).map(([name, done]) => (
            <li key={name} data-stage={name} class={name === stage ? "now" : done >= 1 ? "done" : ""} aria-current={name === stage ? "step" : undefined}>
              <span>{STAGES[name] ?? name}</span>
              <span class="share">{done >= 1 ? "done" : name === stage ? `${Math.floor(done * 100)} %` : ""}</span>
            </li>
          ))}
        </ol>
        <p>It opens here when it is ready. You can close this window; the build goes on.</p>
      </div>
      {preview}
    </main>
  );
}

function Silent(): JSX.Element {
  return (
    <main class="notice" aria-live="assertive" data-state="gone">
      <h1>The map's server does not answer</h1>
      <p>
        Start it again with <code>localatlas open</code>, and open the link that it prints. If it comes back at this
        address, the map opens by itself.
      </p>
    </main>
  );
}

function ended({ state }: MapState): readonly [string, string] {
  const again = "Make the same call again: what was finished is kept, and this page goes on with it.";
  switch (state) {
    case "failed":
      return ["The build failed", again];
    case "cancelled":
      return ["The build was cancelled", again];
    case "stopped":
      return ["The build stopped", `Its process ended before the map was finished. ${again}`];
    default:
      return ["There is no such map", "It may have been deleted. `localatlas ls` shows those there are."];
  }
}

function nameOf(state: MapState): string {
  return state.dataset === "" ? state.name : `${state.dataset} · ${state.name}`;
}

function sentence(message: string): string {
  const begun = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?…]$/u.test(begun) ? begun : `${begun}.`;
}
