/** How the page asks for anything. There are several carriers; all of them look like this. */

/** What is asked for beside the path. */
export interface Ask {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Media type of the body. */
  readonly type?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  header(name: string): string | null;
  readonly body: ArrayBuffer;
}

export interface Transport {
  /** Whether something may change behind it: a server has builds, updates and an end; a file has not. */
  readonly live: boolean;
  /** Ask for a path relative to the page. Rejects where nothing answers; an answer of any status is one. */
  request(path: string, ask?: Ask): Promise<Answer>;
  /** Have it told how much is read (0..1) of what an answer needs, where that takes a while; null when all is. */
  readonly reading?: (tell: (share: number | null) => void) => void;
  /** An address for `<img>` and for downloads; null where a carrier has none, and bytes go through `request`. */
  address(path: string): string | null;
}

/** Milliseconds after which a page that was about to be left is one that stays. */
const LEAVING = 5000;

/** Ask the server that brought the page, and no one else. */
export function serverTransport(): Transport {
  let left = -Infinity;
  window.addEventListener("beforeunload", () => (left = performance.now()));
  return {
    live: true,
    async request(path, ask) {
      try {
        return await fetched(path, ask);
      } catch (error) {
        // Browsers end the requests of a page that is being left: no failure that anyone should see in its last moments.
        if (performance.now() - left < LEAVING) await new Promise((stays) => setTimeout(stays, LEAVING));
        throw error;
      }
    },
    address: (path) => path,
  };
}

async function fetched(path: string, { method = "GET", body, type, signal }: Ask = {}): Promise<Answer> {
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    ...(body === undefined ? {} : { body, headers: { "Content-Type": type ?? "application/json" } }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: response.status, header: (name) => response.headers.get(name), body: await response.arrayBuffer() };
}
