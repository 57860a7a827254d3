/** A text with the addresses in it as links. Everything else is text, whatever it looks like. */

import type { JSX } from "preact";
import { pieces } from "./links";

export function RichText({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {pieces(text).map(({ text: part, address }, k) =>
        address === null ? part : (
          <a key={k} href={address} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{part}</a>
        ),
      )}
    </>
  );
}
