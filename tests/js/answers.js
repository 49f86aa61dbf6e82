// What the page's arithmetic says of questions that Python asks: one function, run in node and in Chromium.
import { Calculation, program } from "../../optcourse/live/derive.js";
import { flatMethod } from "../../optcourse/live/flat.js";
import { parse } from "../../optcourse/live/parse.js";
import { methodFrom } from "../../optcourse/live/rows.js";
import { methodOf } from "../../optcourse/live/runs.js";
import { surfaceFrom, surfaceOf } from "../../optcourse/live/surfaces.js";
import { mathml, templateOf } from "../../optcourse/live/typeset.js";

/** What a function gives, or how it refuses. @param {() => any} f */
function said(f) {
  try {
    return f();
  } catch (error) {
    if (error.says === undefined) throw error;
    return { says: error.says, at: error.at, row: error.row, message: error.message };
  }
}

const numbers = (values) => values.map((value) => (Number.isFinite(value) ? value : String(value)));

/** A run of a method over a flat θ: the gradient of step k at a point is a_k times the point plus b_k. */
function walked({ method, hypers, start, slopes, offsets }) {
  const walk = flatMethod(method, hypers, start);
  return slopes.map((a, k) => {
    walk.next((at, into) => into.forEach((_, i) => (into[i] = a[i] * at[i] + offsets[k][i])));
    return [...walk.theta];
  });
}

const ANSWERS = {
  parse: (text) => said(() => ({ tree: parse(text) })),
  derive: ({ tree, points }) => {
    const { loss, grad, hessian } = surfaceOf(tree);
    return points.map((at) => numbers([loss(at), ...grad(at), ...hessian(at).flat()]));
  },
  steps: (tree) => {
    const calculation = new Calculation();
    return calculation.plain(calculation.derivative(calculation.tree(tree), "x")).steps.length;
  },
  surface: (text) =>
    said(() => {
      const { loss, grad, hessian, ...surface } = surfaceFrom(text);
      const here = [loss(surface.start), ...grad(surface.start), ...hessian(surface.start).flat()];
      return { ...surface, here: numbers(here) };
    }),
  method: ({ text, known }) => said(() => methodFrom(text, known)),
  template: (method) => templateOf(method),
  mathml: (tree) => mathml(tree),
  walk: walked,
  run: ({ method, surface, landmarks, values, start, steps }) => {
    const run = methodOf({ ...method, expressions: [["sym", "theta"]] })(
      { ...surfaceOf(surface), landmarks },
      values,
      start,
      steps,
    );
    return Array.from({ length: steps + 1 }, (_, k) => run.at(0, k));
  },
  time: ({ tree, count }) => {
    const calculation = new Calculation();
    const value = program(calculation, calculation.tree(tree));
    const began = performance.now();
    for (let i = 0; i < count; i++) value.run(i / count, 0.3);
    return performance.now() - began;
  },
};

/** @param {[kind: string, question: any][]} questions */
export function answers(questions) {
  return questions.map(([kind, question]) => ANSWERS[kind](question));
}
