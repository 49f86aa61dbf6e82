// What a student types as an update: names of their own, and what is returned.
import assert from "node:assert/strict";
import { test } from "node:test";
import { programOf } from "../../optcourse/page/site/answer.js";

const NAG = { title: "NAG", states: ["v"], hypers: { eta: 0.1, gamma: 0.9 } };
const said = (text, method = NAG) => {
  try {
    programOf(text, method);
    return "";
  } catch (error) {
    return error.message;
  }
};

test("a name of one's own holds a value, as in Python", () => {
  const { rows } = programOf("look = theta - gamma*v\nv = gamma*v + eta*grad(look)\ntheta = theta - v", NAG);
  assert.deepEqual(rows.map(([name]) => name), ["look#0", "v#1", "theta#2", "theta_t", "v_t"]); // prettier-ignore
  assert.deepEqual(rows[1][1][2][2], ["grad", ["sym", "look#0"]]);
  assert.match(said("v = gamma*ahead"), /the name 'ahead' is not known/);
  assert.match(said("max = theta"), /max needs parentheses/);
});

test("the last line may return the new values, under any names", () => {
  const plain = programOf("new_v = gamma*v + eta*grad(theta)\ntheta_new = theta - new_v\nreturn theta_new, new_v", NAG);
  assert.deepEqual(plain.rows.slice(2, 4), [
    ["theta#2", ["sym", "theta_new#1"]],
    ["v#2", ["sym", "new_v#0"]],
  ]);
  const swapped = programOf("return v, theta", NAG).rows.slice(0, 2);
  assert.deepEqual(swapped, [["theta#0", ["sym", "v_{t-1}"]], ["v#0", ["sym", "theta_{t-1}"]]], "both at once"); // prettier-ignore
  assert.equal(programOf("return theta - max(v, 0), v", NAG).rows[0][1][0], "sub", "a comma within parentheses");
  for (const [text, words] of [
    ["return theta", "line 1: you returned 1 value, not 2; return theta, v, in this order"],
    ["return theta, v, 3", "you returned 3 values, not 2; return theta, v"],
    ["return theta, v\ntheta = v", "line 1: you returned before the last line; move return to the end"],
    ["return theta, v = 3", "you assigned a value in return; leave the = out (character 14 of"],
    ["return theta, w", "w has no value; assign it in a line before"],
    ["eta = 3", "eta is given; choose another name"],
    ["theta", "you assigned nothing; write a name and ="],
    ["v = v\nreturn theta, v +", "line 2: the formula breaks off"],
  ])
    assert.ok(said(text).includes(words), `${text}: ${said(text)}`);
});
