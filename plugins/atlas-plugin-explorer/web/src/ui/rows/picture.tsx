/** The picture of a row, in a space that is kept free for it, so that nothing jumps when it comes. */

import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Explorer } from "../../state/explorer";

interface PictureProps {
  readonly explorer: Explorer;
  readonly row: number;
  /** The longer side in pixels: 64 to 2,048. */
  readonly side: number;
  readonly class: string;
  readonly name: string;
}

export function Picture({ explorer, row, side, class: kind, name }: PictureProps): JSX.Element {
  const address = useAddress(explorer, `api/image?row=${row}&side=${side}`);
  const [missing, setMissing] = useState(false);
  useEffect(() => setMissing(false), [address]);
  return (
    <div class={`picture ${kind}`}>
      {missing && <span class="picture-none">no image</span>}
      {!missing && address !== null && <img src={address} alt={name} loading="lazy" decoding="async" onError={() => setMissing(true)} />}
    </div>
  );
}

/** Where a page has no server, the bytes are brought and given an address of their own. */
function useAddress(explorer: Explorer, path: string): string | null {
  const { transport } = explorer.client;
  const direct = transport.address(path);
  const [made, setMade] = useState<string | null>(null);
  useEffect(() => {
    if (direct !== null) return undefined;
    let [address, gone] = ["", false];
    void explorer.client.ask(path).then(({ body }) => {
      if (gone) return;
      address = URL.createObjectURL(new Blob([body], { type: "image/jpeg" }));
      setMade(address);
    }, () => setMade(""));
    return () => {
      gone = true;
      if (address !== "") URL.revokeObjectURL(address);
      setMade(null);
    };
  }, [path, direct]);
  return direct ?? made;
}
