/** Answers what the page asks of a server, from what a copy holds. */

import type { Answer, Ask, Transport } from "../api/transport";
import { countBits, inverse, members, type Bits } from "../selection/bits";
import { WrongSelection } from "../selection/reading";
import { condition, EVERYTHING, type Group } from "../selection/tree";
import { readTree } from "../selection/wire";
import { Refused, type Copy } from "./copy";
import { orderAnswer } from "./order";
import { rowAnswer, rowsAnswer } from "./rows";
import { select } from "./select";
import { statsAnswer, type Spread } from "./stats";

const LISTED = 100;
const CODES: Readonly<Record<number, string>> = { 400: "bad_request", 404: "not_found", 409: "not_ready" };

export function offlineTransport(copy: Copy): Transport {
  return {
    live: false,
    address: () => null,
    reading: (tell) => (copy.progress = tell),
    async request(path, ask = {}) {
      const answer = await answered(copy, path, ask);
      ask.signal?.throwIfAborted();
      return answer;
    },
  };
}

async function answered(copy: Copy, path: string, ask: Ask): Promise<Answer> {
  try {
    return await route(copy, path, ask);
  } catch (error) {
    if (error instanceof Refused) return json({ error: CODES[error.status], message: error.message }, error.status);
    if (error instanceof WrongSelection) return json({ error: "bad_request", message: error.message }, 400);
    throw error;
  }
}

async function route(copy: Copy, path: string, ask: Ask): Promise<Answer> {
  if (/^(pages|panels)\//u.test(path)) return whole(await copy.file(path));
  const [name, query = ""] = path.split("?");
  const asked = new URLSearchParams(query);
  const posted = typeof ask.body === "string" ? (JSON.parse(ask.body) as Record<string, unknown>) : {};
  switch (`${ask.method ?? "GET"} ${name}`) {
    case "GET api/state":
      return json((await copy.about()).state);
    case "GET api/rows":
      return json(await rowsAnswer(copy, asked));
    case "GET api/row":
      return json(await rowAnswer(copy, asked));
    case "GET api/tags":
      return json({ tags: [] });
    case "GET api/panels":
      return whole(await copy.file("panels.json"));
    case "GET api/hidden":
      return whole(await hidden(copy));
    case "POST api/select":
      return mask(copy, await select(copy, readTree(posted.selection), ask.signal));
    case "GET api/search":
      return mask(copy, await select(copy, searched(asked), ask.signal));
    case "POST api/stats": {
      const chosen = posted.selection == null ? null : await select(copy, readTree(posted.selection), ask.signal);
      return json(await statsAnswer(copy, posted as unknown as Spread, chosen));
    }
    case "POST api/order":
      return whole(await orderAnswer(copy, Number(posted.column)));
    default:
      throw new Refused(409, "This is a saved copy of the map, and that needs its server: open it with localatlas open.");
  }
}

async function hidden(copy: Copy): Promise<ArrayBuffer> {
  const { points } = await copy.index();
  return bytesOf(inverse(await copy.alive(), points), points);
}

/** A search as an address has it. */
function searched(asked: URLSearchParams): Group {
  const field = asked.get("field");
  const test = {
    type: "text",
    query: asked.get("q") ?? "",
    fields: field === null ? null : [field],
    regex: asked.get("regex") === "1",
    whole_word: asked.get("word") === "1",
    ignore_case: asked.get("case") !== "1",
  } as const;
  return { ...EVERYTHING, of: [condition(test)] };
}

async function mask(copy: Copy, bits: Bits): Promise<Answer> {
  const rows = await copy.rowNumbers();
  const first = Array.from(members(bits), (position) => rows[position]).sort((a, b) => a - b);
  const headers = { "atlas-count": String(countBits(bits)), "atlas-rows": first.slice(0, LISTED).join(",") };
  return whole(bytesOf(bits, rows.length), headers);
}

function bytesOf(bits: Bits, points: number): ArrayBuffer {
  return (bits.buffer as ArrayBuffer).slice(bits.byteOffset, bits.byteOffset + Math.ceil(points / 8));
}

function json(content: unknown, status = 200): Answer {
  return { ...whole(new TextEncoder().encode(JSON.stringify(content)).buffer), status };
}

function whole(body: ArrayBuffer, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, header: (name) => headers[name.toLowerCase()] ?? null, body };
}
