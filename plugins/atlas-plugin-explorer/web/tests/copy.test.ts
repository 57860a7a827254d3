import assert from "node:assert/strict";
import { test } from "node:test";
import { Copy } from "../src/offline/copy";
import { matcher, matchingRows } from "../src/offline/matching";

const ROWS = 5;
const FILES: Readonly<Record<string, unknown>> = {
  "about.json": { rows: ROWS, block: 2 },
  "rows/0": { positions: [1, -1], ids: ["a", "b"], columns: [null, [1, 2]] },
  "texts/0/0": ["green tea", null],
  "texts/0/1": ["coffee", "Tea"],
  "texts/0/2": [7],
};

function copyOf(): { readonly copy: Copy; readonly read: string[]; readonly told: (number | null)[] } {
  const [read, told]: [string[], (number | null)[]] = [[], []];
  const copy = new Copy({
    bytes: async (name) => {
      read.push(name);
      return new TextEncoder().encode(JSON.stringify(FILES[name])).buffer;
    },
  });
  copy.progress = (share) => told.push(share);
  return { copy, read, told };
}

test("a search reads the texts of its column, and nothing else of the rows", async () => {
  const { copy, read, told } = copyOf();
  assert.deepEqual(await copy.texts(0), ["green tea", null, "coffee", "Tea", "7"]);
  await copy.texts(0);
  assert.deepEqual(read.sort(), ["about.json", "texts/0/0", "texts/0/1", "texts/0/2"]);
  assert.deepEqual(told, [0.4, 0.8, null]);
});

test("nothing is said of texts that nobody waits for, until someone does", async () => {
  const { copy, told } = copyOf();
  const ahead = copy.texts(0, false);
  await ahead;
  assert.deepEqual(told, []);
  const { copy: other, told: said } = copyOf();
  void other.texts(0, false);
  assert.equal((await other.texts(0)).length, ROWS);
  assert.equal(said.at(-1), null);
});

test("a row that is shown has its texts", async () => {
  assert.deepEqual((await copyOf().copy.block(0)).columns, [["green tea", null], [1, 2]]);
});

test("a match in any of the columns counts", async () => {
  const columns = [["tea", null, "x", null], ["y", "green tea", "team", null]];
  const matches = matcher({ query: "tea", regex: false, whole_word: true, ignore_case: true });
  assert.deepEqual([...(await matchingRows(columns, matches))], [1, 1, 0, 0]);
  assert.equal((await matchingRows([], matches)).length, 0);
});

test("a search that is given up ends before its last row", async () => {
  const stop = new AbortController();
  const texts = Array.from({ length: 100_000 }, () => "tea");
  let seen = 0;
  const slow = (): boolean => {
    const begun = performance.now();
    while (seen % 256 === 0 && performance.now() - begun < 1) continue;
    seen++;
    stop.abort();
    return true;
  };
  await assert.rejects(matchingRows([texts], slow, stop.signal), { name: "AbortError" });
  assert.ok(seen < texts.length);
});
