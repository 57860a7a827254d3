/** How the layout looks that is being made: a soft picture of a sample of its points, once there is one. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../../api/client";
import { PreviewCanvas } from "./preview_canvas";

/** Milliseconds between two looks; the server has nothing new more often. */
const EVERY = 2000;

export interface Props {
  readonly client: Client;
  readonly dark: boolean;
}

export function Preview({ client, dark }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [number, setNumber] = useState(0);
  useEffect(() => (canvas.current === null ? undefined : follow(client, canvas.current, setNumber)), [client, dark]);
  return <canvas ref={canvas} class="preview" role="img" aria-label="The layout so far" hidden={number === 0} data-number={number} />;
}

/** Draw each new preview, and tell its number; returns how to stop. */
function follow(client: Client, canvas: HTMLCanvasElement, shown: (number: number) => void): () => void {
  const picture = new PreviewCanvas(canvas);
  let [after, stopped] = [0, false];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    const answer = document.hidden ? null : await client.ask(`api/preview?after=${after}`).catch(() => null);
    if (stopped) return;
    if (answer?.status === 200) {
      after = Number(answer.header("Atlas-Preview"));
      picture.show(new Uint16Array(answer.body));
      shown(after);
    }
    timer = setTimeout(() => void look(), EVERY);
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
    picture.destroy();
  };
}
