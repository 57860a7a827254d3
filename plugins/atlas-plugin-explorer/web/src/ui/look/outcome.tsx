/** What became of a copy or an export, said once and gone after a while. */

import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import type { Exporting } from "../../state/exporting";

const SECONDS = 4;

export function Outcome({ exporting }: { readonly exporting: Exporting }): JSX.Element {
  const outcome = exporting.outcome.value;
  useEffect(() => {
    if (outcome.kind !== "done") return undefined;
    const timer = setTimeout(() => {
      if (exporting.outcome.peek() === outcome) exporting.outcome.value = { kind: "none" };
    }, SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const text = outcome.kind === "none" ? "" : outcome.kind === "failed" ? outcome.message : outcome.what;
  return <span class={outcome.kind === "failed" ? "outcome trouble" : "outcome"} role="status" data-kind={outcome.kind}>{text}</span>;
}
