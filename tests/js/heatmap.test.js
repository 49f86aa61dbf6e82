// The ground: values on a grid, level lines, and what has no value.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, interpolated } from "../../optcourse/page/compute/grid.js";
import { shaded } from "../../optcourse/page/plot/heatmap.js";

const COLOURS = { low: "#ffffff", high: "#808080", level: "#000000" };
const bowl = ([x, y]) => x * x + y * y;

test("the grid has the surface's values, row by row from the top", () => {
  const grid = gridOf(([x, y]) => 10 * y + x, [0, 4, 0, 2], 4, 2);
  assert.deepEqual([...grid.values], [20, 21, 22, 23, 24, 10, 11, 12, 13, 14, 0, 1, 2, 3, 4]);
  assert.equal(grid.low, 0);
  assert.equal(grid.top, 24);
});

test("the lowest is light, the highest dark, and level lines lie between them", () => {
  const [width, height] = [120, 120];
  const pixels = shaded(gridOf(bowl, [-2, 2, -2, 2], 60, 60), width, height, COLOURS, 1);
  const grey = (i, j) => pixels[4 * (j * width + i)];
  assert.ok(grey(60, 60) > 245 && grey(1, 1) < 150);
  const row = Array.from({ length: 60 }, (_, i) => grey(60 + i, 60));
  const lines = row.filter((value, i) => i > 0 && i < 59 && value < row[i - 1] && value < row[i + 1]).length;
  assert.ok(lines >= 8 && lines <= 24, `${lines} lines`);
  for (let i = 1; i < 60; i++) assert.ok(Math.abs(grey(60 + i, 60) - grey(59 - i, 60)) < 40, "not symmetric");
});

test("a place without a value stays clear", () => {
  const pixels = shaded(
    gridOf(([x]) => (x < 0 ? NaN : x), [-1, 1, 0, 1], 20, 20),
    40,
    40,
    COLOURS,
    1,
  );
  assert.equal(pixels[4 * (20 * 40 + 2) + 3], 0);
  assert.equal(pixels[4 * (20 * 40 + 38) + 3], 255);
});

test("a flat surface is no error", () => {
  const pixels = shaded(
    gridOf(() => 3, [0, 1, 0, 1], 4, 4),
    8,
    8,
    COLOURS,
    1,
  );
  assert.deepEqual([...pixels.slice(0, 4)], [255, 255, 255, 255]);
});

test("values on a grid are interpolated, and there are none outside of it", () => {
  const loss = interpolated(new Float32Array([0, 1, 2, 10, 11, 12]), [3, 2], [0, 2, 0, 1]);
  assert.ok(Math.abs(loss([0.5, 0.5]) - 5.5) < 1e-5);
  assert.ok(Math.abs(loss([2, 1]) - 12) < 1e-3 && Math.abs(loss([0, 0])) < 1e-3);
  for (const outside of [[2.01, 1], [-0.01, 0], [1, 1.01], [1, -9]]) assert.ok(Number.isNaN(loss(outside))); // prettier-ignore
});
