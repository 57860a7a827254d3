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

/** Asks the server that brought the page, and no one else. */
export const SERVER: Transport = {
  live: true,
  async request(path, { method = "GET", body, type, signal } = {}) {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body, headers: { "Content-Type": type ?? "application/json" } }),
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: await response.arrayBuffer(),
    };
  },
  address: (path) => path,
};
