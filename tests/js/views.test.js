// From the setting to the runs, to the map and to the layout, without a page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { arranged } from "../../optcourse/page/explorer/layout.js";
import { EtaGammaMap, cell, coarseToFine } from "../../optcourse/page/plot/rate_map.js";
import { numberText } from "../../optcourse/page/explorer/formula_table.js";
import { isSame, merged } from "../../optcourse/page/compute/settings.js";
import { kernelRun } from "../../optcourse/page/compute/runs.js";

test("every cell of the map once, after a coarse look at all of it", () => {
  const seen = [...coarseToFine()];
  assert.equal(new Set(seen.map(([column, row]) => `${column} ${row}`)).size, seen.length);
  assert.equal(seen.length, 96 * 64);
  assert.ok(seen.slice(0, 96).every(([, , side]) => side === 8));
});

test("the map is computed in slices, and can be stopped", async () => {
  let [grown, asked] = [0, 0];
  const outcome = (eta, gamma) => ((asked += 1), eta > 0.5 ? -2 : Math.round(100 * gamma));
  const map = await new Promise((resolve) => {
    const made = new EtaGammaMap(outcome, () => ((grown += 1), made.done && resolve(made)));
  });
  assert.equal(asked, 96 * 64);
  assert.ok(grown >= 1 && !map.cells.some(Number.isNaN));
  const [eta, gamma] = cell(10, 20);
  assert.equal(map.cells[20 * 96 + 10], Math.round(100 * gamma));
  assert.ok(eta > 1e-3 && eta < 1 && map.cells[95] === -2);
  const stopped = new EtaGammaMap(() => assert.fail("it goes on"), () => assert.fail("it grows")); // prettier-ignore
  stopped.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
});

test("the contour plot has half of the width, at most two pictures beside it, and never more than the height", () => {
  for (const room of [700, 1074, 1234, 1730])
    for (const height of [250, 400, 800])
      for (const aspect of [0.7, 1, 1.25, 2.5])
        for (const beside of [0, 1, 2, 3]) {
          const { contour, side, seen, narrow } = arranged({ room, height, screen: 900, aspect, beside, size: 1 });
          const where = JSON.stringify({ room, height, aspect, beside, contour, side, seen });
          assert.ok(!narrow && contour[0] >= 0.5 * room && contour[1] <= Math.max(height, 190), where);
          assert.ok(seen <= 2 && (seen === 0 || contour[0] + 14 + side[0] <= room + 1e-9), where);
          assert.ok(seen * side[1] + (seen - 1) * 14 <= contour[1] + 1e-9, where);
        }
});

test("a phone has one column, and one picture under the contour plot", () => {
  const { contour, seen, narrow } = arranged({ room: 374, height: 300, screen: 844, aspect: 2.5, beside: 3, size: 1 });
  assert.ok(narrow && contour[0] === 374 && contour[1] <= 0.36 * 844 && seen === 1);
});

test("on paper every picture is seen, and none is wider than the sheet", () => {
  for (const beside of [0, 1, 2, 4]) {
    const { contour, side, seen } = arranged({
      room: 674,
      height: 300,
      screen: 844,
      aspect: 1,
      beside,
      size: 1,
      sheet: true,
    });
    assert.ok(contour[0] === 674 && contour[1] <= 380 && seen === beside);
    assert.ok(beside < 2 || 2 * side[0] + 14 <= 674);
  }
});

test("what Python or a second client writes leaves what the hand has moved and nobody has saved", () => {
  const known = { values: { η: 0.1, γ: 0.9 }, surface: 0, start: [1, 2], step: 3 };
  const now = { ...known, values: { η: 0.2, γ: 0.9, α: 5 }, step: 7 };
  const given = { ...known, values: { η: 0.1, γ: 0.5 }, start: [0, 0] };
  assert.deepEqual(merged(given, now, known), {
    values: { η: 0.2, γ: 0.5, α: 5 },
    surface: 0,
    start: [0, 0],
    step: 7,
  });
  assert.deepEqual(merged(given, known, known), given);
});

test("settings are the same whatever the order of their parts", () => {
  assert.ok(isSame({ a: [1, { b: 2 }], c: "x" }, { c: "x", a: [1, { b: 2 }] }));
  for (const other of [{ a: [1, { b: 3 }], c: "x" }, { a: [1], c: "x" }, { a: [1, { b: 2 }] }, null, 3])
    assert.ok(!isSame({ a: [1, { b: 2 }], c: "x" }, other));
});

test("a run that the kernel hands over is taken by its expressions, and only by the variant that it is of", () => {
  const values = new DataView(new Float64Array([1, 2, 3, 4, 10, 20, 30, 40]).buffer); // two expressions, one step
  const kernel_runs = {
    steps: 1,
    diverged: null,
    end: "",
    values,
    expressions: [
      ["sym", "theta"],
      ["sym", "v_t"],
    ],
  };
  const run = kernelRun(kernel_runs, { expressions: [["sym", "v_t"]] });
  assert.deepEqual([run.at(0, 0), run.at(0, 1), run.at(0, 2)], [[10, 20], [30, 40], NaN]); // prettier-ignore
  assert.equal(kernelRun(kernel_runs, { expressions: [["sym", "w_t"]] }), undefined, "of another variant: not yet");
  assert.equal(kernelRun(null, { expressions: [] }), undefined);
});

test("numbers of the formula", () => {
  assert.equal(numberText(0.1234567, {}), "0.1235");
  assert.equal(numberText(-2, {}), "(−2.000)");
  assert.equal(numberText(-2, { bare: "" }), "−2.000");
  assert.equal(numberText(1.33e5, {}), "1.33e5");
  assert.equal(numberText(0.02, { fixed: "" }), "0.02");
  assert.equal(numberText(NaN, {}), "–");
  assert.equal(numberText(-Infinity, {}), "−∞");
});
