"""Each classic mistake, by the wrong program itself, gets the message that names it."""

import numpy as np
import pytest

from optcourse import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, RMSProp, explore, surfaces
from optcourse.beyond import AdamW
from optcourse.exercises import Choice, Goal, Predict, Question, Quiz, reach, signature, verdict


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
]


@pytest.mark.parametrize(
    ("student", "kind", "message"), CASES, ids=lambda part: getattr(part, "__name__", str(part))[:24]
)
def test_each_mistake_is_named(student, kind, message, monkeypatch):
    monkeypatch.setattr("optcourse.exercises.SECONDS", 0.3)
    said = verdict(student, kind)
    assert message in said
    if said.startswith("Not yet"):
        assert kind.rows[0].latex in said, "it points to the formula"
    if "θ came out" in said:
        assert "In step 1 on the" in said or "In step 2 on the" in said


@pytest.mark.parametrize("kind", [*OPTIMIZERS, AdamW], ids=lambda kind: kind.__name__)
def test_the_right_answer_is_right_and_a_signature_is_known(kind):
    names = list(kind().init(np.zeros(2)))

    def student(theta, *rest):
        state, grad, hypers = dict(zip(names, rest, strict=False)), rest[len(names)], rest[len(names) + 1 :]
        made = kind(**dict(zip([item.name for item in kind.hypers()], hypers, strict=True)))
        theta, state = made.step(theta, state, grad)
        return theta if not names else (theta, *state.values())

    assert verdict(student, kind).startswith("Right")
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
