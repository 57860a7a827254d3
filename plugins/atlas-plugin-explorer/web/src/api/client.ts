/** Asks the server that brought the page, and no one else. */

import type { Column, IndexFile, RowsAnswer, Topic } from "./format";

/** An answer that is not a success, in words for people. */
export class RequestError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
    this.name = "RequestError";
  }
}

export interface SearchQuery {
  readonly text: string;
  readonly field: string | null;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly regex: boolean;
}

export interface SearchAnswer {
  readonly count: number;
  /** Bit i of the mask: point i matches. */
  readonly bits: Uint8Array;
  /** Row numbers of the first matches, in the order of the dataset. */
  readonly rows: readonly number[];
}

const SUPPORTED_VERSION = 1;

export async function fetchIndex(): Promise<IndexFile> {
  const index = await getJson<IndexFile>("pages/index.json");
  if (index.format !== "localatlas-pages" || index.version !== SUPPORTED_VERSION) {
    throw new RequestError(
      `The map's pages have version ${String(index.version)}; this page reads version ${SUPPORTED_VERSION}. ` +
        "Build the map again with this release of atlas-plugin-explorer.",
      "version",
    );
  }
  return index;
}

export async function fetchTopics(file: string): Promise<readonly Topic[]> {
  return (await getJson<{ topics: readonly Topic[] }>(`pages/${file}`)).topics;
}

export async function fetchColumns(file: string): Promise<readonly Column[]> {
  return (await getJson<{ columns: readonly Column[] }>(`pages/${file}`)).columns;
}

/** Fetch one page of numbers of the file template `files`. */
export async function fetchPage(files: string, page: number): Promise<ArrayBuffer> {
  return (await request(`pages/${files.replace("{page}", String(page))}`)).arrayBuffer();
}

export async function fetchRows(rows: readonly number[], signal?: AbortSignal): Promise<RowsAnswer> {
  return getJson<RowsAnswer>(`api/rows?rows=${rows.join(",")}`, signal);
}

export async function search(query: SearchQuery, signal: AbortSignal): Promise<SearchAnswer> {
  const parameters = new URLSearchParams({ q: query.text });
  if (query.field !== null) parameters.set("field", query.field);
  if (query.matchCase) parameters.set("case", "1");
  if (query.wholeWord) parameters.set("word", "1");
  if (query.regex) parameters.set("regex", "1");
  const response = await request(`api/search?${parameters.toString()}`, signal);
  const rows = response.headers.get("Atlas-Rows") ?? "";
  return {
    count: Number(response.headers.get("Atlas-Count")),
    bits: new Uint8Array(await response.arrayBuffer()),
    rows: rows === "" ? [] : rows.split(",").map(Number),
  };
}

/** The server is trusted with the shape of its JSON: it is the one that sent this code, from the same wheel. */
async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(path, signal)).json() as Promise<T>;
}

async function request(path: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(
      "The server that shows this map does not answer. Start it again with `localatlas open` and reload the page.",
      "unreachable",
    );
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response: Response): Promise<RequestError> {
  try {
    const body = (await response.json()) as { error?: string; message?: string };
    return new RequestError(body.message ?? response.statusText, body.error ?? String(response.status));
  } catch {
    return new RequestError(`The server answered ${response.status} ${response.statusText}.`, String(response.status));
  }
}
