/** Brings the panels of other plugins into the page, as further tabs of the panel on the left. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Client } from "../api/client";
import type { Explorer } from "../state/explorer";
import { extraTabs, type Tab } from "../ui/shell/slots";
import { createPageApi, type PageApi } from "./page_api";

interface Listed {
  readonly name: string;
  readonly title: string;
  readonly script: string;
}

type Draw = (element: HTMLElement, api: PageApi) => unknown;

/** Ask which there are, and add their tabs. */
export async function load(explorer: Explorer): Promise<void> {
  const { client } = explorer;
  const { panels } = await client.json<{ panels: readonly Listed[] }>("api/panels");
  const api = createPageApi(explorer);
  extraTabs.value = panels.map((panel) => tabOf(panel, client, api));
}

function tabOf(panel: Listed, client: Client, api: PageApi): Tab {
  const element = document.createElement("div");
  element.className = "plugin-panel";
  let begun = false;
  /** A panel is begun when it is first looked at; then its element is kept, and only moves in and out of the page. */
  const begin = (): void => {
    if (begun) return;
    begun = true;
    void draw(panel, client, element, api);
  };
  return { id: `plugin-${panel.name}`, title: panel.title, Content: () => <Host element={element} begin={begin} /> };
}

function Host({ element, begin }: { readonly element: HTMLElement; readonly begin: () => void }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    host.current?.append(element);
    begin();
    return () => element.remove();
  }, [element]);
  return <div ref={host} />;
}

async function draw(panel: Listed, client: Client, element: HTMLElement, api: PageApi): Promise<void> {
  try {
    const module = (await import(await addressOf(panel, client))) as { default?: Draw };
    if (typeof module.default !== "function") throw new Error("its script has no default export that is a function");
    await module.default(element, api);
  } catch (error) {
    const said = document.createElement("p");
    said.className = "status trouble";
    said.textContent = `The panel “${panel.title}” failed: ${error instanceof Error ? error.message : String(error)}`;
    element.replaceChildren(said);
  }
}

/** Where a script is loaded from; from memory, where the carrier has no addresses. */
async function addressOf(panel: Listed, client: Client): Promise<string> {
  const address = client.transport.address(panel.script);
  if (address !== null) return new URL(address, document.baseURI).href;
  const { body } = await client.ask(panel.script);
  return URL.createObjectURL(new Blob([body], { type: "text/javascript" }));
}
