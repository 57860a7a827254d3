/** Keys that work wherever the focus is. */

import { useEffect } from "preact/hooks";
import type { Explorer } from "../../state/explorer";
import type { Props } from "../app";

export function Keys({ explorer }: Props): null {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const action = actionOf(event, explorer);
      if (action === null) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [explorer]);
  return null;
}

function actionOf(event: KeyboardEvent, explorer: Explorer): (() => void) | null {
  const { selecting, layout, looking } = explorer;
  const command = event.ctrlKey || event.metaKey;
  if (isTyping(event.target)) return null;
  const key = event.key.toLowerCase();
  if (command && key === "z") return () => (event.shiftKey ? selecting.redo() : selecting.undo());
  if (command && key === "y") return () => selecting.redo();
  if (command || event.altKey) return null;
  if (key === "l") {
    return () => {
      layout.tool.value = "lasso";
      document.getElementById("map")?.focus();
    };
  }
  if (key === "m") return () => (layout.tool.value = "move");
  // Through the selection, as in a mail program.
  if (key === "j") return () => looking.walk(1);
  if (key === "k") return () => looking.walk(-1);
  if (event.key === "Escape" && !event.defaultPrevented) return () => explorer.clear();
  // "/" goes to the search from anywhere, as on many pages.
  return key === "/" ? () => document.getElementById("search")?.focus() : null;
}

/** A field of text keeps its own keys, Ctrl-Z among them. */
function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
