// Where words stand, and how axes are divided.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beside,
  cornerOf,
  decades,
  decadeTicks,
  fitted,
  freeCorner,
  near,
  overlap,
  roundTicks,
  roundUp,
  scaleOf,
  span,
  spread,
  tickText,
} from "../../optcourse/page/plot/axes.js";

/** Numbers between 0 and 1 from a seed. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const FRAME = [0, 0, 200, 150];
const inside = ([x, y, w, h], [p, q, v, g]) => x >= p && y >= q && x + w <= p + v && y + h <= q + g;

/** Whether an arrow passes through a box, by walking along it. */
function through([[a, b], [c, d]], [x, y, w, h]) {
  for (let i = 0; i <= 2000; i++) {
    const [p, q] = [a + ((c - a) * i) / 2000, b + ((d - b) * i) / 2000];
    if (p > x + 0.2 && p < x + w - 0.2 && q > y + 0.2 && q < y + h - 0.2) return true;
  }
  return false;
}

test("a name lies over no arrow, no other name, nothing taken, and not over the frame", () => {
  const next = random(3);
  let [placed, asked] = [0, 0];
  for (let trial = 0; trial < 300; trial++) {
    const tail = [40 + 120 * next(), 40 + 70 * next()];
    const arrows = Array.from({ length: 3 }, () => [
      tail,
      [tail[0] + 160 * (next() - 0.5), tail[1] + 120 * (next() - 0.5)],
    ]);
    const sizes = arrows.map(() => [30 + 50 * next(), 14]);
    const taken = [[150, 125, 46, 22]];
    const names = beside(arrows, sizes, FRAME, taken);
    for (const [i, name] of names.entries()) {
      asked += 1;
      if (!name) continue;
      placed += 1;
      assert.ok(inside(name, FRAME), "over the frame");
      assert.ok(!overlap(name, taken[0]), "over what is taken");
      for (const arrow of arrows) assert.ok(!through(arrow, name), "over an arrow");
      for (const [j, other] of names.entries()) assert.ok(i === j || !other || !overlap(name, other), "over a name");
    }
  }
  assert.ok(placed > 0.9 * asked, `only ${placed} of ${asked} names found a place`);
});

test("an arrow that is too short to be seen has no name", () => {
  assert.deepEqual(beside([[[50, 50], [52, 51]]], [[30, 14]], FRAME, []), [null]); // prettier-ignore
});

test("words near a point are in the frame and over nothing", () => {
  const taken = [];
  for (let i = 0; i < 6; i++) {
    const box = near([100, 75], [40, 14], 9, FRAME, taken);
    assert.ok(box && inside(box, FRAME) && !taken.some((each) => overlap(each, box)));
    taken.push(box);
  }
  assert.equal(near([100, 75], [400, 14], 9, FRAME, []), null);
});

test("names at the ends of lines keep their order and a distance", () => {
  const found = spread([50, 50, 51, 10], 14, 0, 120);
  const sorted = [...found].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) assert.ok(sorted[i] - sorted[i - 1] >= 14 - 1e-9);
  assert.ok(Math.min(...found) >= 0 && Math.max(...found) <= 120 && found[3] === Math.min(...found));
});

test("the inset goes to a corner where no path runs, and stays while it is free", () => {
  const size = [60, 50];
  const at = (corner) => cornerOf(size, FRAME, corner);
  const path = Array.from({ length: 20 }, (_, i) => [150 + i, 10 + i]); // through the top right
  const found = freeCorner(size, FRAME, path, 0);
  assert.notEqual(found, 0);
  const [x, y] = at(found);
  assert.ok(!path.some(([p, q]) => p > x && p < x + 60 && q > y && q < y + 50));
  assert.equal(freeCorner(size, FRAME, path, 3), 3);
});

test("axes", () => {
  assert.deepEqual(decades([0.02, 5, 0, -1, NaN], Infinity, 0), [0.01, 10]);
  assert.deepEqual(decades([0.05, 2.3], Infinity, 0), [0.03, 3]);
  assert.deepEqual(decades([1e-9, 1e-12, 3], Infinity, 1e-10), [3e-10, 10]);
  assert.deepEqual(decades([0.5, 1e12], 50, 0), [0.3, 100]);
  assert.deepEqual(decades([], 1, 0), [0.1, 10]);
  assert.deepEqual(decades([3], Infinity, 0), [1, 10]); // one decade at least
  assert.deepEqual(decades([0.1], Infinity, 0), [0.03, 0.3]); // a decade at least, and no curve on the frame
  const [low, high] = span([-1, 3, 1e9, NaN], 5);
  assert.ok(low < -1 && low > -2 && high > 5 && high < 6);
  assert.deepEqual([0.13, 0.2, 3, 7, 0, Infinity].map(roundUp), [0.2, 0.2, 5, 10, 1, 1]);
  assert.deepEqual(roundTicks([0, 100], 4), [0, 50, 100]);
  assert.deepEqual(
    decadeTicks([1e-9, 10], 4),
    [1e-9, 1e-5, 0.1].map((v) => Number(v)),
  );
  assert.deepEqual(fitted([-5, 5, -2, 2], 100, 50), [-5, 5, -2.5, 2.5]);
  assert.equal(tickText(1e-9, true), "10⁻⁹");
  assert.equal(tickText(-2.5, false), "−2.5");
  for (const log of [false, true]) {
    const scale = scaleOf([0.01, 10], log, 20, 300);
    for (const value of [0.01, 0.3, 10]) assert.ok(Math.abs(scale.back(scale(value)) - value) < 1e-12);
  }
});
