/** The panel on the right: all that is known of one row, and ways on to others. */

import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { RowDetail } from "../../api/format";
import type { Reading } from "../../state/reader";
import type { Props } from "../app";
import { IconButton } from "../icon_button";
import { Copies } from "./copies";
import { Fields } from "./fields";
import { Nearby } from "./nearby";
import { Picture } from "./picture";
import { TopicPath } from "./topic_path";
import { FieldValue } from "./field_value";
import { nameOf } from "./brief";

export function Detail({ explorer }: Props): JSX.Element | null {
  const reading = explorer.looking.reader.reading.value;
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => body.current?.scrollTo(0, 0), [reading?.row]);
  if (reading === null) return null;
  const { detail, trouble } = reading;
  return (
    <aside id="detail" class="detail" aria-label="Row" data-row={reading.row} aria-busy={detail === null && trouble === null}>
      <Head explorer={explorer} reading={reading} />
      <div ref={body} class="detail-body" tabIndex={0} role="region" aria-label="Details of the row">
        {explorer.store.can.value.images && (
          <Picture explorer={explorer} row={reading.row} side={768} class="picture-large" name="Image of the row" />
        )}
        {trouble !== null && <p class="status trouble" role="alert">{trouble}</p>}
        {detail !== null && <Content explorer={explorer} reading={reading} detail={detail} />}
      </div>
    </aside>
  );
}

function Head({ explorer, reading }: Props & { readonly reading: Reading }): JSX.Element {
  const { reader } = explorer.looking;
  const { detail } = reading;
  return (
    <header class="detail-head">
      {reader.canGoBack.value && (
        <IconButton icon="back" name="Back" title="Back to the row before" id="detail-back" onClick={() => reader.back()} />
      )}
      <h2 title={detail === null ? "" : nameOf(detail.row)} dir="auto">{detail === null ? "…" : nameOf(detail.row)}</h2>
      <IconButton icon="up" name="Previous row of the selection" title="Previous row (k)" id="previous-row"
        onClick={() => explorer.looking.walk(-1)} />
      <IconButton icon="chevron" name="Next row of the selection" title="Next row (j)" id="next-row"
        onClick={() => explorer.looking.walk(1)} />
      <IconButton icon="close" name="Close" title="Close (Esc)" id="detail-close" onClick={() => reader.close()} />
    </header>
  );
}

interface ContentProps extends Props {
  readonly reading: Reading;
  readonly detail: RowDetail;
}

function Content({ explorer, reading, detail }: ContentProps): JSX.Element {
  const text = detail.columns.indexOf(explorer.store.textField.value ?? "");
  return (
    <>
      {detail.row.deleted === true && <p class="status trouble">This row was deleted after the map was built.</p>}
      {text >= 0 && <p class="detail-text" dir="auto"><FieldValue key={reading.row} value={detail.row.values[text]} /></p>}
      {detail.topics.length > 0 && <TopicPath explorer={explorer} topics={detail.topics} />}
      {detail.tags.length > 0 && (
        <ul class="detail-tags" aria-label="Tags">{detail.tags.map((tag) => <li key={tag} class="chip" dir="auto">{tag}</li>)}</ul>
      )}
      <Fields key={reading.row} detail={detail} without={text} />
      {detail.duplicate !== null && detail.duplicate.verdict !== "singleton" && (
        <Copies explorer={explorer} duplicate={detail.duplicate} copies={reading.copies} row={reading.row} />
      )}
      <Nearby explorer={explorer} reading={reading} id={detail.row.id} />
    </>
  );
}
