/** The value of one field in the details: long ones fold, addresses are links, lists and structs are laid out. */

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Cell } from "../../api/format";
import { formatCount } from "../../color/ticks";
import { cellText } from "../cell_text";
import { cut } from "../find/snippet";
import { RichText } from "./rich_text";

const FOLDED = 700;
/** A browser that lays out more text than that keeps one waiting. */
const LONGEST = 200_000;

export function FieldValue({ value }: { readonly value: Cell }): JSX.Element {
  const [whole, setWhole] = useState(false);
  if (value === null) return <span class="null">no value</span>;
  if (typeof value === "object") return <pre class="value-json" dir="ltr">{cut(JSON.stringify(value, null, 1), LONGEST)}</pre>;
  const text = cellText(value);
  if (text === "") return <span class="null">empty</span>;
  const folds = text.length > FOLDED;
  return (
    <>
      <RichText text={folds ? cut(text, whole ? LONGEST : FOLDED) : text} />
      {folds && (
        <button type="button" class="link more-text" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : `Show all ${formatCount(text.length)} characters`}
        </button>
      )}
    </>
  );
}
