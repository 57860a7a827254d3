/** Brings the files of a copy, unpacked: from elements of the page, or from the folder that it lies in. */

export interface Carrier {
  /** Return a file; null if there is none of this name. */
  bytes(name: string): Promise<ArrayBuffer | null>;
}

const PAUSE = 15;

/** Reads elements of the page, which may still be arriving. */
export class InlineCarrier implements Carrier {
  async bytes(name: string): Promise<ArrayBuffer | null> {
    for (;;) {
      const whole = document.readyState !== "loading";
      const element = document.getElementById(name);
      // An element is read to its end when there is something behind it.
      if (element !== null && (whole || element.nextSibling !== null)) return unpack(decode(element.textContent ?? ""));
      if (whole) return null;
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }
}

export class FolderCarrier implements Carrier {
  async bytes(name: string): Promise<ArrayBuffer | null> {
    const answer = await fetch(`data/${name}.bin`, { credentials: "same-origin" });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`The file ${name} was not sent: status ${answer.status}.`);
    return unpack(await answer.arrayBuffer());
  }
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
  return bytes;
}

async function unpack(packed: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
