/** What can be asked of a map, over any transport. */

import { signal } from "@preact/signals";
import type { SelectionNode } from "../selection/nodes";
import type { Column, IndexFile, RowsAnswer, Topic } from "./format";
import type { Answer, Ask, Transport } from "./transport";

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

/** A mask of points, packed as the server sends it. */
export interface MaskAnswer {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Row numbers of the first 100, in the order of the dataset. */
  readonly rows: readonly number[];
}

const SUPPORTED_VERSION = 1;

export class Client {
  /** Whether the last request was answered by nobody. */
  readonly lost = signal(false);

  /** How much is read of what an answer needs, 0..1, where that takes a while. */
  readonly reading = signal<number | null>(null);

  constructor(readonly transport: Transport) {
    transport.reading?.((share) => (this.reading.value = share));
  }

  async index(): Promise<IndexFile> {
    const index = await this.json<IndexFile>("pages/index.json");
    if (index.format !== "localatlas-pages" || index.version !== SUPPORTED_VERSION) {
      throw new RequestError(
        `The map's pages have version ${String(index.version)}; this page reads version ${SUPPORTED_VERSION}. ` +
          "Build the map again with this release of atlas-plugin-explorer.",
        "version",
      );
    }
    return index;
  }

  /** Fetch the mask of the points whose rows have been deleted since the build. */
  async hidden(): Promise<MaskAnswer> {
    return maskOf(await this.ask("api/hidden"));
  }

  async topics(file: string): Promise<readonly Topic[]> {
    return (await this.json<{ topics: readonly Topic[] }>(`pages/${file}`)).topics;
  }

  async columns(file: string): Promise<readonly Column[]> {
    return (await this.json<{ columns: readonly Column[] }>(`pages/${file}`)).columns;
  }

  /** Fetch one page of numbers of the file template `files`. */
  async page(files: string, page: number): Promise<ArrayBuffer> {
    return (await this.ask(`pages/${files.replace("{page}", String(page))}`)).body;
  }

  async rows(rows: readonly number[], signal?: AbortSignal): Promise<RowsAnswer> {
    return this.json<RowsAnswer>(`api/rows?rows=${rows.join(",")}`, signal === undefined ? {} : { signal });
  }

  async select(selection: SelectionNode, signal: AbortSignal): Promise<MaskAnswer> {
    return maskOf(await this.ask("api/select", { ...json({ selection }), signal }));
  }

  async search(query: SearchQuery, signal: AbortSignal): Promise<MaskAnswer> {
    const parameters = new URLSearchParams({ q: query.text });
    if (query.field !== null) parameters.set("field", query.field);
    if (query.matchCase) parameters.set("case", "1");
    if (query.wholeWord) parameters.set("word", "1");
    if (query.regex) parameters.set("regex", "1");
    return maskOf(await this.ask(`api/search?${parameters.toString()}`, { signal }));
  }

  /** The server is trusted with the shape of its JSON: it is the one that sent this code, from the same wheel. */
  async json<T>(path: string, ask: Ask = {}): Promise<T> {
    return JSON.parse(new TextDecoder().decode((await this.ask(path, ask)).body)) as T;
  }

  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await this.transport.request(path, ask);
    } catch (error) {
      if (ask.signal?.aborted) throw error;
      this.lost.value = true;
      throw new RequestError(
        "The server that shows this map does not answer. Start it again with `localatlas open`, and open its new link.",
        "unreachable",
      );
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusal(answer);
  }
}

/** A POST of JSON. */
export function json(content: unknown): Ask {
  return { method: "POST", body: JSON.stringify(content), type: "application/json" };
}

function maskOf(answer: Answer): MaskAnswer {
  const rows = answer.header("Atlas-Rows") ?? "";
  return {
    count: Number(answer.header("Atlas-Count")),
    bytes: new Uint8Array(answer.body),
    rows: rows === "" ? [] : rows.split(",").map(Number),
  };
}

function refusal(answer: Answer): RequestError {
  try {
    const body = JSON.parse(new TextDecoder().decode(answer.body)) as { error?: string; message?: string };
    return new RequestError(body.message ?? `The server answered ${answer.status}.`, body.error ?? String(answer.status));
  } catch {
    return new RequestError(`The server answered ${answer.status}.`, String(answer.status));
  }
}
