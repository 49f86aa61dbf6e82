"""Each classic mistake, by the wrong program itself, gets the message that names it; a right answer is never refused."""

import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest
from wrong_answers import ALSO_RIGHT, RIGHT, UNCHANGED, WRONG, changed, made, single

from optcourse import NAG, AdaGrad, Adam, GradientDescent, Momentum, RMSProp, explore, surfaces
from optcourse.learning import exercises, limits
from optcourse.learning.activities import Choice, Goal, Predict, Question, Quiz, reach
from optcourse.learning.exercises import (
    EXERCISES,
    _answered,
    _example,
    answers,
    beside,
    check,
    first_difference,
    judge,
    signature,
    steps,
    verdict,
)
from optcourse.learning.mistakes import MISTAKES, broken, forms
from optcourse.mathematics.beyond import AdamW


def right_gd(theta, grad, eta):
    return theta - eta * grad(theta)


def right_momentum(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta)
    return theta - v, v


def wrong_sign(theta, grad, eta):
    return theta + eta * grad(theta)


def sign_of_velocity(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta)
    return theta + v, v


def nag_at_theta(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta)
    return theta - v, v


def nag_wrong_side(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta + gamma * v)
    return theta - v, v


def damped(theta, v, grad, eta, gamma):
    v = gamma * v + (1 - gamma) * eta * grad(theta)
    return theta - v, v


def old_velocity(theta, v, grad, eta, gamma):
    return theta - v, gamma * v + eta * grad(theta)


def no_root(theta, G, grad, eta, eps):
    g = grad(theta)
    G = G + g**2
    return theta - eta / (G + eps) * g, G


def eps_outside(theta, G, grad, eta, eps):
    g = grad(theta)
    G = G + g**2
    return theta - eta / (np.sqrt(G) + eps) * g, G


def matrix_product(theta, G, grad, eta, eps):
    g = grad(theta)
    G = G + g @ g
    return theta - eta / np.sqrt(G + eps) * g, G


def not_squared(theta, G, grad, eta, eps):
    g = grad(theta)
    G = G + g
    return theta - eta / np.sqrt(G + eps) * g, G


def forgets(theta, G, grad, eta, eps):
    g = grad(theta)
    G = g**2
    return theta - eta / np.sqrt(G + eps) * g, G


def no_factor(theta, G, grad, eta, gamma, eps):
    g = grad(theta)
    G = gamma * G + g**2
    return theta - eta / np.sqrt(G + eps) * g, G


def adam(shift=1, correct_m=True, correct_v=True, inside=False, root=True, product=False):
    def step(theta, m, v, t, grad, eta, beta1, beta2, eps):
        g = grad(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * (g @ g if product else g**2)
        m_hat = m / (1 - beta1 ** (t + shift)) if correct_m else m
        v_hat = v / (1 - beta2 ** (t + shift)) if correct_v else v
        divisor = np.sqrt(v_hat + eps) if inside else (np.sqrt(v_hat) if root else v_hat) + eps
        return theta - eta * m_hat / divisor, m, v, t + 1

    return step


def adam_returns(change):
    """Adam whose returned state is changed at the end."""

    def step(theta, m, v, t, grad, eta, beta1, beta2, eps):
        g = grad(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
        state = {"m": m, "v": v, "t": t + 1, "m_hat": m_hat, "v_hat": v_hat, "old t": t, "t + 2": t + 2}
        return (theta - eta * m_hat / (np.sqrt(v_hat) + eps), *(state[change.get(name, name)] for name in "mvt"))

    return step


def adam_swapped(theta, m, v, t, grad, eta, beta1, beta2, eps):
    return adam()(theta, m, v, t, grad, eta, beta2, beta1, eps)


def adam_of_keras(theta, m, v, t, grad, eta, beta1, beta2, eps):
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    alpha = eta * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - alpha * m / (np.sqrt(v) + eps), m, v, t


def momentum_other_sign(theta, v, grad, eta, gamma):
    v = gamma * v - eta * grad(theta)
    theta = theta + v
    return theta, v


def momentum_of_torch(theta, v, grad, eta, gamma):
    v = gamma * v + grad(theta)
    theta = theta - eta * v
    return [theta, v]  # a list is as good as a tuple


def nag_other_sign(theta, v, grad, eta, gamma):
    v = gamma * v - eta * grad(theta + gamma * v)
    return theta + v, v


def nag_of_torch(theta, v, grad, eta, gamma):
    g = grad(theta)
    v = gamma * v + g
    return theta - eta * (g + gamma * v), v


def nag_without_eta(theta, v, grad, eta, gamma):
    v = gamma * v + grad(theta - eta * gamma * v)
    return theta - eta * v, v


def product(theta, v, grad, eta, gamma):
    v = gamma * v * eta * grad(theta)
    return theta - v, v


def old_velocity_of_torch(theta, v, grad, eta, gamma):
    new = gamma * v + grad(theta)
    return theta - eta * v, new


def damped_other_sign(theta, v, grad, eta, gamma):
    v = gamma * v - (1 - gamma) * eta * grad(theta)
    return theta + v, v


def twice(theta, v, grad, eta, gamma):
    theta = theta - gamma * v
    v = gamma * v + eta * grad(theta)
    return theta - v, v


def twice_new(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta - gamma * v)
    return theta - gamma * v - v, v


def used_before(theta, G, grad, eta, eps):
    g = grad(theta)
    theta = theta - eta / np.sqrt(G + eps) * g
    return theta, G + g**2


def used_before_rmsprop(theta, G, grad, eta, gamma, eps):
    g = grad(theta)
    theta = theta - eta / np.sqrt(G + eps) * g
    return theta, gamma * G + (1 - gamma) * g**2


def product_in_the_step(theta, v, grad, eta, gamma):
    g = grad(theta)
    return theta - gamma * v * eta * g, gamma * v + eta * g


def sign_of_the_returned(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta)
    return theta - v, -v


def sign_of_the_returned_other(theta, v, grad, eta, gamma):
    v = gamma * v - eta * grad(theta)
    return theta + v, -v


def returns_the_old(theta, v, grad, eta, gamma):
    new = gamma * v + eta * grad(theta)
    return theta - new, v


def returns_in_another_order(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta)
    return v, theta - v


def nag_of_keras(theta, v, grad, eta, gamma):
    g = grad(theta)
    v = gamma * v - eta * g
    return theta + gamma * v - eta * g, v


def shares_exchanged(theta, G, grad, eta, gamma, eps):
    g = grad(theta)
    G = (1 - gamma) * G + gamma * g**2
    return theta - eta / np.sqrt(G + eps) * g, G


def adam_swapped_correction(theta, m, v, t, grad, eta, beta1, beta2, eps):
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - eta * (m / (1 - beta2**t)) / (np.sqrt(v / (1 - beta1**t)) + eps), m, v, t


def hat(theta, G, grad, eta, eps):
    g = grad(theta)
    G = G + g ^ 2
    return theta - eta / np.sqrt(G + eps) * g, G


def no_return(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta)
    theta = theta - v


def leaves(theta, grad, eta):
    sys.exit("bye")


def interrupts(theta, grad, eta):
    raise KeyboardInterrupt


def leaves_for_good(theta, grad, eta):
    os._exit(3)


def complex_number(theta, grad, eta):
    return theta - eta * grad(theta) * 1j


def text(theta, grad, eta):
    return "theta"


def nothing_useful(theta, v, grad, eta, gamma):
    return theta, {"v": v}


def loop_in_c(theta, grad, eta):
    return theta - eta * grad(theta) + sum(range(10**11))


def asks(theta, grad, eta):
    return theta - float(input("eta?")) * grad(theta)


def sleeps(theta, grad, eta):
    time.sleep(60)


def state_of_velocity(theta, v, grad, eta, gamma):
    v = gamma * v + eta * grad(theta)
    return theta - v, v * (1 + 2e-4)


def adamw(decay_of="old", factor="eta", l2=False):
    def step(theta, m, v, t, grad, eta, beta1, beta2, eps, decay):
        t = t + 1
        rate = eta * decay if factor == "eta" else decay
        g = grad(theta) + (decay * theta if l2 else 0)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        move = eta * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        if l2:
            return theta - move, m, v, t
        new = theta - move
        return new - rate * (theta if decay_of == "old" else new), m, v, t

    return step


def in_place(theta, v, grad, eta, gamma):
    v *= gamma
    v += eta * grad(theta)
    return theta - v, v


def theta_in_place(theta, grad, eta):
    theta -= eta * grad(theta)
    return theta


def wrong_shape(theta, grad, eta):
    return (theta - eta * grad(theta)).sum()


def column(theta, grad, eta):
    return (theta - eta * grad(theta))[:, None]


def too_few(theta, v, grad, eta, gamma):
    return theta - eta * grad(theta)


def endless(theta, grad, eta):
    while True:
        theta = theta + 0


def raises(theta, grad, eta):
    eta * grad(theta)
    return theta - stepp  # noqa: F821


def not_a_number(theta, grad, eta):
    return theta - eta * np.log(-1 - grad(theta) ** 2)


def other(theta, grad, eta):
    return theta - 3 * eta * grad(theta)


def dots(theta, grad, eta): ...


def without_decay(theta, m, v, t, grad, eta, beta1, beta2, eps, decay):
    return adam()(theta, m, v, t, grad, eta, beta1, beta2, eps)


CASES = [
    (right_gd, GradientDescent, "Right: 3 surfaces"),
    (right_momentum, Momentum, "Right"),
    (adam(), Adam, "Right"),
    (wrong_sign, GradientDescent, "wrong sign"),
    (sign_of_velocity, Momentum, "wrong sign"),
    (nag_at_theta, NAG, "taken at θ"),
    (nag_wrong_side, NAG, "wrong side"),
    (damped, Momentum, "damped momentum"),
    (old_velocity, Momentum, "old velocity"),
    (no_root, AdaGrad, "square root is missing"),
    (eps_outside, AdaGrad, "ε stands outside"),
    (matrix_product, AdaGrad, "element by element"),
    (not_squared, AdaGrad, "not squared"),
    (forgets, AdaGrad, "old G is forgotten"),
    (no_factor, RMSProp, "factor 1 − γ"),
    (adam(inside=True), Adam, "ε stands inside"),
    (adam(root=False), Adam, "square root is missing"),
    (adam(product=True), Adam, "element by element"),
    (adam(correct_m=False, correct_v=False), Adam, "bias correction is missing"),
    (adam(correct_m=False), Adam, "correction of m is missing"),
    (adam(correct_v=False), Adam, "correction of v is missing"),
    (adam(shift=0), Adam, "t counts from 0"),
    (without_decay, AdamW, "weight decay − ηλθ is missing"),
    (in_place, Momentum, "changed v in place"),
    (theta_in_place, GradientDescent, "changed theta in place"),
    (wrong_shape, GradientDescent, "shape (); it must be (2,)"),
    (column, GradientDescent, "shape (2, 1); it must be (2,)"),
    (too_few, Momentum, "returned 1 value(s); it must return 2: theta, v"),
    (endless, GradientDescent, "endless loop"),
    (raises, GradientDescent, "NameError: name 'stepp' is not defined (line 3 of the function)"),
    (not_a_number, GradientDescent, "not a finite number"),
    (other, GradientDescent, "Compare your lines"),
    (dots, GradientDescent, "Not answered yet"),
    (
        momentum_other_sign,
        Momentum,
        "Right: 3 surfaces, 8 steps each, the same as Momentum in the course. Your velocity has",
    ),
    (momentum_of_torch, Momentum, "Your velocity is kept without η, as in PyTorch"),
    (nag_other_sign, NAG, "course. Your velocity has the other sign"),
    (nag_of_torch, NAG, "You keep the look-ahead point"),
    (nag_without_eta, NAG, "without η, as in PyTorch"),
    (adam_of_keras, Adam, "Your ε is added before the correction of v"),
    (adamw(), AdamW, "Right: 3 surfaces"),
    (adamw(factor="1"), AdamW, "Your decay is λθ, as in the paper's algorithm 2"),
    (adamw(decay_of="new"), AdamW, "decay is taken of the new θ"),
    (adamw(l2=True), AdamW, "This is L2 regularisation"),
    (product, Momentum, "The two parts are multiplied"),
    (old_velocity_of_torch, Momentum, "old velocity"),
    (damped_other_sign, Momentum, "damped momentum"),
    (twice, NAG, "momentum is counted twice"),
    (twice_new, NAG, "momentum is counted twice"),
    (used_before, AdaGrad, "G is used before the new square is added"),
    (used_before_rmsprop, RMSProp, "G is used before the new square is added"),
    (hat, AdaGrad, "In Python a power is written **"),
    (adam_swapped, Adam, "The β's are swapped"),
    (adam_returns({"m": "m_hat"}), Adam, "m is overwritten by m̂"),
    (adam_returns({"v": "v_hat"}), Adam, "v is overwritten by v̂"),
    (adam_returns({"m": "m_hat", "v": "v_hat"}), Adam, "m and v are overwritten by m̂ and v̂"),
    (adam_returns({"t": "old t"}), Adam, "t came out as 0, not 1 (θ, m, v are right). t is not advanced"),
    (adam_returns({"t": "t + 2"}), Adam, "t counts the steps: it grows by one in each"),
    (product_in_the_step, Momentum, "The two parts are multiplied"),
    (sign_of_the_returned, Momentum, "v is returned with the wrong sign"),
    (sign_of_the_returned_other, Momentum, "v is returned with the wrong sign"),
    (returns_the_old, Momentum, "(θ is right). v came back as it was before the step"),
    (returns_in_another_order, Momentum, "right values in another order: return theta, v."),
    (nag_of_keras, NAG, "You keep the look-ahead point"),
    (shares_exchanged, RMSProp, "The two shares are exchanged"),
    (adam_swapped_correction, Adam, "swapped in the bias correction"),
    (no_return, Momentum, "Your function returns nothing: end it with return theta, v."),
    (leaves, GradientDescent, "In step 1 your function stopped with SystemExit: bye (line 2 of the function)"),
    (interrupts, GradientDescent, "In step 1 your function stopped with KeyboardInterrupt"),
    (complex_number, GradientDescent, "theta is complex"),
    (text, GradientDescent, "theta is the text 'theta'"),
    (nothing_useful, Momentum, "v is a dict; it must be an array"),
    (asks, GradientDescent, "input() has nobody to ask here"),
]
IN_A_CHILD = [
    (
        loop_in_c,
        GradientDescent,
        "In step 1 your function did not come to an end within 0.3 s: is there an endless loop?",
    ),
    (leaves_for_good, GradientDescent, "ended the whole process"),
    (sleeps, GradientDescent, "waited for more than 1 s"),
]


@pytest.mark.parametrize(
    ("student", "kind", "message"), CASES, ids=lambda part: getattr(part, "__name__", str(part))[:24]
)
def test_each_mistake_is_named(student, kind, message, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.3)
    said = str(verdict(student, kind))
    assert message in said
    if said.startswith("Not yet"):
        assert kind.rows[0].latex in said, "it points to the formula"
    if "came out" in said:
        assert "In step 1 on the" in said or "In step 2 on the" in said


@pytest.mark.skipif(not limits.FORKS, reason="a student's code runs in a child on Linux only")
@pytest.mark.parametrize(
    ("student", "kind", "message"), IN_A_CHILD, ids=lambda part: getattr(part, "__name__", "")[:24]
)
def test_what_only_another_process_can_stop(student, kind, message, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.3)
    monkeypatch.setattr(limits, "PATIENCE", 1.0)
    assert message in str(verdict(student, kind))


@pytest.mark.skipif(not limits.FORKS, reason="a student's code runs in a child on Linux only")
def test_a_busy_machine_is_no_reason_to_refuse(monkeypatch):
    """Whoever computes is given all the processor time, however long that takes by the clock."""
    monkeypatch.setattr(limits, "PATIENCE", 0.4)

    def slow(theta, grad, eta):
        end = time.thread_time() + 0.03
        while time.thread_time() < end:
            pass
        return theta - eta * grad(theta)

    assert verdict(slow, GradientDescent).mark == "right"


@pytest.mark.parametrize("student", [endless, leaves, interrupts, right_gd, wrong_sign, dots])
def test_without_a_fork_the_words_are_the_same(student, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.3)
    forked = str(verdict(student, GradientDescent))
    monkeypatch.setattr(limits, "FORKS", False)
    assert str(verdict(student, GradientDescent)) == forked


def test_compilation_is_not_the_students_time():
    """In a new process no surface is compiled yet; all are when the limit begins, and a right answer needs far less of its own."""
    program = (
        "from optcourse.learning import limits, exercises as e\nfrom optcourse import Momentum\n"
        "limits.SECONDS, collect = 0.4, limits.collect\n"
        "ready = lambda: all('_programs' in vars(surface) for surface, _ in e.TRIALS)\n"
        "limits.collect = lambda make: (print(ready()), collect(make))[1]\n"
        "print(ready())\n"
        "def f(theta, v, grad, eta, gamma):\n    v = gamma * v + eta * grad(theta)\n    return theta - v, v\n"
        "print(e.verdict(f, Momentum).mark)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "right"]


def test_a_message_never_shows_two_equal_numbers():
    said = str(verdict(state_of_velocity, Momentum))
    got, own = re.search(r"v came out as \((.*?)\), not \((.*?)\)", said).groups()
    assert got != own and "(θ is right)" in said


def test_what_a_student_prints_is_seen_but_not_without_end(capsys):
    def chatty(theta, grad, eta):
        print("here", theta)
        return theta - eta * grad(theta)

    def flood(theta, grad, eta):
        print("x" * 1000)
        return theta - eta * grad(theta)

    check(chatty, GradientDescent)
    out = capsys.readouterr().out
    assert out.startswith("here [-2.  1.]") and out.count("here") == 24 and "Right" in out
    check(flood, GradientDescent)
    assert capsys.readouterr().out.count("x") <= limits.LONGEST + 20


def test_wrong_arguments_of_check():
    with pytest.raises(TypeError, match="check needs your function, not 3"):
        check(3, Momentum)
    with pytest.raises(TypeError, match="check needs a method such as Momentum, not 'Momentum'"):
        check(right_gd, "Momentum")


def test_the_formula_is_typeset_and_the_rest_is_escaped():
    def cold(theta, grad, eta):
        raise ValueError("<b>*$x$*</b>")

    said = verdict(cold, GradientDescent)
    assert r"\<b\>\*\$x\$\*\</b\>" in said.markdown
    assert said.markdown.endswith(
        r"$$\begin{aligned}\theta_t &= \theta_{t-1} - \eta \nabla J(\theta_{t-1})\end{aligned}$$"
    )


def test_no_form_and_no_mistake_is_another():
    """Every mistake that has a place in a method changes its numbers well beyond rounding, and none is a right form."""
    fitting = {each: 0 for each in MISTAKES}
    for kind in EXERCISES.values():
        right = [list(steps(form)) for form, _ in forms(kind)]
        for form, _ in forms(kind):
            for each in MISTAKES:
                made = broken(form, each)
                if made is not None:
                    fitting[each] += 1
                    wrong = list(steps(made))
                    assert all(first_difference(wrong, other) is not None for other in right), (kind, each.says)
    assert all(fitting.values()), [each.says for each, count in fitting.items() if not count]


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_plausible_wrong_answers_are_named(kind):
    said = {}
    for says, *changes in (UNCHANGED, *WRONG[kind]):
        body = changed(kind, *changes)
        steps_of_it = list(_answered(made(kind, body), _example(kind)))
        said[body] = (says, judge(kind, steps_of_it).message)
    wrong = [
        f"{body}\n   not {wanted!r}, but {found}"
        for body, (wanted, found) in said.items()
        if wanted.lower() not in found.lower()
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", ALSO_RIGHT, ids=lambda kind: kind.__name__)
def test_right_answers_are_right_in_float32_in_lists_and_in_other_forms(kind):
    assert verdict(single(kind), kind).mark == "right", "float32"
    for body in (RIGHT[kind], *ALSO_RIGHT[kind]):
        assert verdict(made(kind, body), kind).mark == "right", body


def test_float32_has_room_to_spare(monkeypatch):
    """The right answers in float32 would be right within a quarter of the tolerance; a part in a thousand is never right."""
    monkeypatch.setattr(exercises, "CLOSE", exercises.CLOSE / 4)
    for kind in RIGHT:
        assert judge(kind, list(_answered(single(kind), _example(kind)))).mark == "right", kind


def test_a_record_that_is_cut_is_not_right():
    found, end = answers(right_gd, GradientDescent)
    assert judge(GradientDescent, found, end).mark == "right"
    assert judge(GradientDescent, found[:-1], end).mark == judge(GradientDescent, [], end).mark == "not yet"


@pytest.mark.parametrize("kind", EXERCISES.values(), ids=lambda kind: kind.__name__)
def test_the_right_answer_is_right_and_a_signature_is_known(kind):
    names = list(kind().init(np.zeros(2)))

    def student(theta, *rest):
        state, grad, hypers = dict(zip(names, rest, strict=False)), rest[len(names)], rest[len(names) + 1 :]
        made = kind(**dict(zip([item.name for item in kind.hypers()], hypers, strict=True)))
        theta, state = made.step(theta, state, grad)
        return theta if not names else (theta, *state.values())

    assert verdict(student, kind).mark == "right"
    assert signature(kind)[0] == "theta" and "grad" in signature(kind)


QUESTION = Question("Which?", (("right one", "Yes."), ("another", "No, since …"), ("a third", "No.")))


def test_choice_and_quiz():
    choice = Quiz([QUESTION]).choices[0]
    choice.button.click()
    assert "Choose one first" in choice.feedback.value
    for option, (good, said) in {"another": (False, "No, since"), "right one": (True, "Yes.")}.items():
        choice.options.value = option
        choice.button.click()
        assert said in choice.feedback.value and ("✓" in choice.feedback.value) is good
    assert isinstance(choice, Choice) and "Not answered yet" in repr(choice)


def test_prediction_unlocks_the_picture_once():
    predict = Predict(QUESTION, explore(GradientDescent(), surfaces.bowl, steps=10))
    assert predict.explorer.layout.display == "none"
    predict.choice.button.click()
    assert predict.explorer.layout.display == "none", "nothing chosen yet"
    predict.choice.options.value = "another"
    predict.choice.button.click()
    assert (
        predict.explorer.layout.display == ""
        and predict.choice.options.disabled
        and "✗" in predict.choice.feedback.value
    )


def test_a_goal_is_bound_to_its_place_and_says_so():
    easy = explore(GradientDescent(eta=0.075), surfaces.ravine, start=(-4, 1), steps=200)
    goal = Goal("1e-6 within 170 steps.", easy, reach(1e-6, 170))
    place = "on the ravine surface, from (-4, 1), in 200 steps"
    assert goal.judge()[0] and place in goal.children[0].value
    for change, name in (
        ({"surface": surfaces.bowl}, "surface, start"),
        ({"start": (-1, 1)}, "start"),
        ({"steps": 300}, "steps"),
        ({"own": "x**2 + y**2"}, "surface, start"),
    ):
        easy.set(**change)
        assert goal.judge() == (
            False,
            f"You changed {name}. This goal is {place}: press reset, and move the sliders only.",
        )
        easy.reset()
    easy.set(step=50)
    assert goal.judge()[0]
    other = Goal("It comes near.", explore(Momentum(), surfaces.ravine), reach(1e9, 100))
    other.explorer.set(forms=[1])
    assert "You changed form." in other.judge()[1]


def test_goal_reads_the_explorer():
    goal = Goal(
        "1e-6 within 120 steps.", explore(GradientDescent(eta=0.01), surfaces.ravine, steps=200), reach(1e-6, 120)
    )
    goal.button.click()
    assert "✗" in goal.feedback.value and "not within 1e-06 after 200 steps" in goal.feedback.value
    goal.explorer.sliders[0, "eta"].value = 0.2
    goal.button.click()
    assert "✗" in goal.feedback.value and "diverged at step" in goal.feedback.value
    goal.explorer.sliders[0, "eta"].value = 0.075
    goal.button.click()
    assert (
        "✓" in goal.feedback.value and f"from step {goal.explorer.trajectories[0].first_below()}" in goal.feedback.value
    )


# ---- what is drawn of an answer ----


@pytest.mark.parametrize("kind", RIGHT, ids=lambda kind: kind.__name__)
def test_an_answer_is_drawn_beside_the_method(kind):
    """A right one has the same numbers at the end, a wrong one others; one that does not run is not drawn."""
    method, yours = beside(made(kind, RIGHT[kind]), kind).trajectories
    np.testing.assert_allclose(yours.theta, method.theta, rtol=1e-12)
    method, yours = beside(made(kind, RIGHT[kind].replace("theta = theta - ", "theta = theta + ")), kind).trajectories
    assert yours.optimizer.title == "yours" and not np.allclose(yours.theta[1], method.theta[1])
    assert beside(made(kind, "1 / 0"), kind) is None


def test_in_a_notebook_the_verdict_is_followed_by_the_picture(monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(exercises, "_in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda *each, **_: shown.extend(each))
    check(wrong_sign, GradientDescent)
    said, drawn = shown
    assert "The step has the wrong sign" in said["text/plain"]
    assert "yours (η = 0.05) on the ravine" in repr(drawn)
    shown.clear()
    check(lambda theta, grad, eta: theta[7], GradientDescent)
    assert len(shown) == 1, "nothing is drawn of what does not run"
    check(lambda theta, grad, eta: None, GradientDescent)
    assert len(shown) == 1, "nor of no answer"
