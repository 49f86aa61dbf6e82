// What the page's arithmetic says of questions that Python asks: one function, run in node.
import { Calculation, program } from "../../optcourse/page/formula/derive.js";
import { flatMethod } from "../../optcourse/page/compute/vector_method.js";
import { examplesOf } from "../../optcourse/page/compute/network.js";
import { parse } from "../../optcourse/page/formula/parse.js";
import { Random } from "../../optcourse/page/compute/random.js";
import { methodFrom } from "../../optcourse/page/formula/rows.js";
import { methodOf } from "../../optcourse/page/compute/runs.js";
import { sampled } from "../../optcourse/page/compute/minibatch.js";
import { surfaceFrom, surfaceOf } from "../../optcourse/page/compute/objective.js";
import { Training } from "../../optcourse/page/compute/training.js";
import { programOf } from "../../optcourse/page/site/answer.js";
import { Judge } from "../../optcourse/page/site/judge.js";

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

/** The digits from base64: the pixels of all, then the labels. */
function digitsFrom({ bytes, counts: [train, validation] }) {
  const all = Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0));
  const [pixels, labels] = [all.subarray(0, -train - validation), all.subarray(-train - validation)];
  return {
    train: examplesOf(pixels.subarray(0, 64 * train), labels.subarray(0, train)),
    validation: examplesOf(pixels.subarray(64 * train), labels.subarray(train)),
  };
}

/** A network's training, all at once. */
function trained({ method, hypers, plan, rate = null, ...digits }) {
  const run = new Training(digitsFrom(digits), method, hypers, plan, rate);
  for (const _ of run.run());
  const { training, validation, rates, wrong } = run;
  return { training: numbers(training), validation: numbers(validation), rates, wrong, theta: numbers([...run.theta]) };
}

/** What NumPy's generator draws, each kind from a fresh one. */
function drawn({ seed, count }) {
  const many = (length, f) => Array.from({ length }, f);
  const [uniform, normal, orders] = many(3, () => new Random(seed));
  return [
    many(50, () => uniform.random()),
    many(count, () => normal.normal()),
    ...[1077, 361].map((each) => [...orders.permutation(each)]),
  ];
}

const ANSWERS = {
  train: trained,
  random: drawn,
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
  judge: ({ task, texts }) => {
    const judge = new Judge(task);
    return texts.map((text) => said(() => judge.verdict(programOf(text, task))));
  },
  walk: walked,
  run: ({ method, surface, reference_values, values, start, steps, examples, size, seed }) => {
    const objective = { ...surfaceOf(surface), reference_values };
    const seen = examples ? sampled(objective, examples, size, seed) : objective;
    const run = methodOf({ ...method, expressions: [["sym", "theta"]] })(seen, values, start, steps);
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
