/** An image that is dropped anywhere on the page is searched by. */

import { useEffect } from "preact/hooks";
import type { Props } from "../app";

export function Drop({ explorer }: Props): null {
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const takes = (event: DragEvent): boolean =>
      explorer.store.mapState.peek()?.can.meaning_image === true && event.dataTransfer?.types.includes("Files") === true;
    const mark = (over: boolean): void => {
      document.body.classList.toggle("dropping", over);
    };
    document.addEventListener("dragover", (event) => {
      if (!takes(event)) return;
      event.preventDefault();
      mark(true);
    }, { signal });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(false), { signal });
    document.addEventListener("drop", (event) => {
      mark(false);
      if (!takes(event)) return;
      event.preventDefault();
      const file = [...(event.dataTransfer?.files ?? [])].find((one) => one.type.startsWith("image/"));
      if (file !== undefined) void explorer.finding.like(file, file.name);
    }, { signal });
    return () => ended.abort();
  }, [explorer]);
  return null;
}
