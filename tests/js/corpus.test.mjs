// The parser of the page held to the shared corpus: `node --test tests/js/`. Python holds both to it, too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { answers } from "./answers.js";

const corpus = JSON.parse(readFileSync(new URL("../corpus.json", import.meta.url), "utf-8"));

test("every formula of the corpus has its tree, or its error with its place", () => {
  for (const { text, ...expected } of corpus.formulas) {
    const [{ tree, at, says }] = answers([["parse", text]]);
    assert.deepEqual(tree ? { tree } : { at, says }, expected, JSON.stringify(text));
  }
});

test("every surface of the corpus starts where it should, or is refused", () => {
  for (const { text, ...expected } of corpus.surfaces) {
    const [{ start, note, at, says }] = answers([["surface", text]]);
    assert.deepEqual(start ? { start, note } : { at, says }, expected, JSON.stringify(text));
  }
});

test("every set of rows of the corpus is a program, or is refused", () => {
  for (const { rows, ...expected } of corpus.rows) {
    const [made] = answers([["method", { text: rows.join("\n"), known: { "": { name: "" } } }]]);
    if (expected.program) {
      const hypers = made.hypers.map(({ symbol }) => symbol);
      assert.deepEqual({ ...made, hypers }, expected.program, JSON.stringify(rows));
    } else {
      assert.equal(made.says, expected.says);
      if (expected.row !== undefined) assert.deepEqual([made.row, made.at], [expected.row, expected.at]);
    }
  }
});
