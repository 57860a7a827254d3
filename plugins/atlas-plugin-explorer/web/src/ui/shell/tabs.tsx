/** Tabs of the panel on the left, after the pattern of the ARIA practices: arrow keys go between them. */

import type { JSX } from "preact";
import type { Props } from "../app";
import { extraTabs, TABS, type Tab } from "./slots";

export function Tabs({ explorer }: Props): JSX.Element | null {
  const tabs = [...TABS, ...extraTabs.value].filter(({ there }) => there === undefined || there(explorer));
  if (tabs.length === 0) return null;
  const { tab } = explorer.layout;
  const chosen = tabs.find((one) => one.id === tab.value) ?? tabs[0];
  const go = (step: number): void => {
    const next = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length];
    tab.value = next.id;
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Ways to look and find"
        onKeyDown={(event) => {
          const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
          if (step !== 0) event.preventDefault();
          if (step !== 0) go(step);
        }}>
        {tabs.map((one) => <TabButton key={one.id} tab={one} chosen={one === chosen} choose={() => (tab.value = one.id)} />)}
      </div>
      <div id="tab-content" class="tab-content" role="tabpanel" aria-labelledby={`tab-${chosen.id}`}>
        <chosen.Content explorer={explorer} />
      </div>
    </>
  );
}

interface TabButtonProps {
  readonly tab: Tab;
  readonly chosen: boolean;
  readonly choose: () => void;
}

function TabButton({ tab, chosen, choose }: TabButtonProps): JSX.Element {
  return (
    <button type="button" role="tab" id={`tab-${tab.id}`} class="tab" aria-selected={chosen} aria-controls="tab-content"
      tabIndex={chosen ? 0 : -1} onClick={choose}>
      {tab.title}
    </button>
  );
}
