// Least squares of two weights, each step on a mini-batch of the examples: what BatchExplorer runs, as training.train does.
import { batches, bytesOf } from "./network.js";
/** @import { Objective, Pair } from "../wire.d.ts" */

/**
 * A surface whose gradient, while a run is on its way, is that of one mini-batch after the other.
 * @param {Objective} objective @param {DataView | string} examples two inputs and the target of each, as float64
 * @param {number} size of a mini-batch @param {number} seed @returns {Objective}
 */
export function sampled(objective, examples, size, seed) {
  const data = new Float64Array(bytesOf(examples).buffer);
  const draw = batches(data.length / 3, size, seed);
  /** @type {Uint32Array | null} */
  let rows = null;
  return {
    ...objective,
    turn(step) {
      rows = step ? draw() : null;
    },
    grad([a, b]) {
      if (!rows) return objective.grad([a, b]);
      const sum = /** @type {Pair} */ ([0, 0]);
      for (const row of rows) {
        const [x, y, target] = data.subarray(3 * row, 3 * row + 3);
        const error = a * x + b * y - target;
        sum[0] += error * x;
        sum[1] += error * y;
      }
      return [sum[0] / size, sum[1] / size];
    },
  };
}
