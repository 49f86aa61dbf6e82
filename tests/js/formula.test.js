// The formula with its numbers: MathML of trees, and what each slot shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { methodOf } from "../../optcourse/page/compute/runs.js";
import { surfaceOf } from "../../optcourse/page/compute/objective.js";
import { rowsOf, withSlots } from "../../optcourse/page/compute/user_input.js";
import { mathml, slotsOf, templateOf } from "../../optcourse/page/formula/mathml.js";
import { parse } from "../../optcourse/page/formula/parse.js";

const inside = (/** @type {string} */ text) => mathml(parse(text)).replace(/^<math[^>]*><mrow>|<\/mrow><\/math>$/g, "");

test("a formula is written as mathematics, with the parentheses that it needs and no others", () => {
  const open = '<mo stretchy="false">(</mo>';
  const close = '<mo stretchy="false">)</mo>';
  assert.equal(inside("x - (y - 2)"), `<mi>x</mi><mo>−</mo>${open}<mi>y</mi><mo>−</mo><mn>2</mn>${close}`);
  assert.equal(inside("(x - y) - 2"), "<mi>x</mi><mo>−</mo><mi>y</mi><mo>−</mo><mn>2</mn>");
  assert.equal(inside("x * 3"), "<mi>x</mi><mo>·</mo><mn>3</mn>");
  assert.equal(inside("abs(x)^2 / y"), `<mfrac><mrow><msup><mrow><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">|</mo></mrow><mrow><mn>2</mn></mrow></msup></mrow><mrow><mi>y</mi></mrow></mfrac>`); // prettier-ignore
  assert.equal(inside("sqrt(\\hat{v}_t)"), "<msqrt><mrow><msub><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover><mi>t</mi></msub></mrow></msqrt>"); // prettier-ignore
  const beta = '<msub><mi class="oc-beta1">β</mi><mn class="oc-beta1">1</mn></msub>';
  assert.equal(inside("\\beta_1"), beta);
  assert.equal(inside("\\beta_1^t"), beta.replace("msub>", "msubsup>").replace("</msub>", "<mrow><mi>t</mi></mrow></msubsup>")); // prettier-ignore
  assert.equal(inside("\\nabla J(\\theta_{t-1})"), `<mo>∇</mo><mi>J</mi>${open}<msub><mi>θ</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>${close}`); // prettier-ignore
});

const MOMENTUM = ["v_t = \\gamma v_{t-1} + \\eta \\nabla J(\\theta_{t-1})", "\\theta_t = \\theta_{t-1} - v_t"];

/** A variant as Python sends it, as far as its formula goes. */
const variant = (/** @type {any} */ other) => ({ rows: MOMENTUM, formula: true, expressions: [["sym", "theta"]], hypers: { eta: "η", gamma: "γ" }, program: null, ...other }); // prettier-ignore

test("every number of a formula has its slot, and every slot shows the number that the step has there", () => {
  const rows = rowsOf(variant({}));
  const template = templateOf(rows, ["eta", "gamma"]);
  const slots = [
    ...template
      .map(({ numbers }) => numbers.join(""))
      .join("")
      .matchAll(/data-slot="(\d+)"/g),
  ];
  assert.deepEqual(slots.map(([, each]) => Number(each)), slotsOf(rows).map((_, i) => i)); // prettier-ignore
  assert.match(template[0].numbers[0], /<mn data-slot="0" data-bare data-fixed class="oc-gamma">·<\/mn>/);
  const program = { rows, result: "theta_t", state: ["v"], hypers: { eta: 0, gamma: 0 } };
  const { expressions, slots: places } = withSlots(variant({}));
  const objective = { ...surfaceOf(parse("x^2/2 + 25*y^2/2")), reference_values: [{ J_min: 0, theta_min: [0, 0] }] };
  const run = methodOf({ ...program, expressions })(objective, { eta: 0.02, gamma: 0.5 }, [-4, 1], 10);
  const value = (/** @type {string} */ text, /** @type {number} */ k) => {
    const at = expressions.findIndex((tree) => JSON.stringify(tree) === JSON.stringify(parse(text)));
    return run.at(at, k);
  };
  for (const axis of [0, 1]) {
    const shown = places.slice(5 * axis, 5 * axis + 5).map(([expression, coordinate]) => {
      const found = run.at(expression, 4);
      assert.equal(coordinate, axis);
      return typeof found === "number" ? found : found[coordinate];
    });
    const [v, theta] = [value("v_t", 3)[axis], value("\\theta", 3)[axis]];
    const gradient = [1, 25][axis] * theta;
    const wanted = [0.5, v, 0.02, gradient, 0.5 * v + 0.02 * gradient];
    for (const [i, each] of wanted.entries()) assert.ok(Math.abs(shown[i] - each) < 1e-12, `${axis} ${i}`);
  }
});
