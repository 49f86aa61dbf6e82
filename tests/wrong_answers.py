"""Answers that students write, as changes of the right one: what is said of each begins with these words.

``made`` makes the function of a body; what it returns is θ and the state, by their names in the exercise.
"""

import re

import numpy as np

from optcourse import NAG, AdaGrad, Adam, AdamW, GradientDescent, Momentum, RMSProp
from optcourse.exercises.check import judge, signature, steps, task, verdict
from optcourse.exercises.mistakes import MISTAKES, broken, forms

SUM, SCALED = "G = G + g**2", "eta / np.sqrt(G + eps) * g"
MOMENTS = "t = t + 1; g = grad(theta); m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g**2; "
ADAM = f"{MOMENTS}m_hat = m / (1 - beta1**t); v_hat = v / (1 - beta2**t); theta = theta - eta * m_hat / (np.sqrt(v_hat) + eps)"
RIGHT = {
    GradientDescent: "theta = theta - eta * grad(theta)",
    Momentum: "v = gamma * v + eta * grad(theta); theta = theta - v",
    NAG: "v = gamma * v + eta * grad(theta - gamma * v); theta = theta - v",
    AdaGrad: f"g = grad(theta); {SUM}; theta = theta - {SCALED}",
    RMSProp: f"g = grad(theta); G = gamma * G + (1 - gamma) * g**2; theta = theta - {SCALED}",
    Adam: ADAM,
    AdamW: f"{ADAM} - eta * decay * theta",
}
KERAS_LINE = (
    "v = gamma * v - eta * grad(theta); theta = theta + gamma * v - eta * grad(theta)"  # the book's, for Nesterov
)
DAMPED_LATER = "v = grad(theta) if not v.any() else gamma * v + (1 - gamma) * grad(theta); theta = theta - eta * v"

# what is said, a part of the right answer, what stands there instead, and so on
UNCHANGED = ("You changed nothing", None, "theta = theta")
SIGN = ("You moved up the slope", "theta = theta - ", "theta = theta + ")
NO_THETA = (
    ("You left out the old θ", "theta = theta - ", "theta = -"),
    ("You left out the old θ", "theta = theta - ", "theta = "),
)
VELOCITY = (
    *NO_THETA,
    SIGN,
    ("You left out η", "eta * grad", "grad"),
    ("You used η twice", "theta - v", "theta - eta * v"),
    ("You left out γ before the old v", "v = gamma * v", "v = v"),
    ("You left out the old v", "gamma * v + eta", "eta"),
    ("You multiplied the new v by γ in the step", "theta = theta - v", "theta = theta - gamma * v"),
    ("you used grad itself", "grad(theta", "grad + (theta"),
    ("You damped the gradient, as PyTorch's dampening does", "eta * grad", "(1 - gamma) * eta * grad"),
    ("You wrote 0.9 for γ", "gamma", "0.9"),
)
ROOT = (
    *NO_THETA,
    SIGN,
    ("You left out η", "eta /", "1 /"),
    ("You used η twice", "eta /", "eta**2 /"),
    ("You left the gradient out of the step", SCALED, "eta / np.sqrt(G + eps)"),
    ("You used G as the direction", SCALED, "eta / np.sqrt(G + eps) * G"),
    ("You left out ε, or wrote a number for it", "G + eps", "G"),
    ("You left out ε, or wrote a number for it", "G + eps", "G + 1e-8"),
    ("You added ε to the step", SCALED, "eta / np.sqrt(G) + eps * g"),
    ("You added ε to the step", SCALED, "eta / np.sqrt(G) * g + eps"),
    ("You added ε to the step", SCALED, "(eta / np.sqrt(G) + eps) * g"),
    ("You added ε to G in every step", "g**2", "g**2 + eps", "np.sqrt(G + eps)", "np.sqrt(G)"),
    ("You left out the square root", "np.sqrt", ""),
    ("You multiplied by the root", "eta /", "eta *"),
    ("You left out the divisor", SCALED, "eta * g"),
    ("You summed the squares over the coordinates, as @ and np.dot do", "g**2", "np.sum(g**2)"),
    ("You summed the squares over the coordinates, as @ and np.dot do", "g**2", "g @ g"),
    ("You did not square the gradient", "g**2", "g"),
    ("You did not square the gradient", "g**2", "abs(g)"),
    ("you used grad itself", "g = grad(theta)", "g = grad"),
)
AVERAGES = (
    *NO_THETA,
    SIGN,
    ("You left out η", "eta * m_hat", "m_hat"),
    ("You left m̂ out of the step", "eta * m_hat /", "eta /"),
    ("You added ε to the step", "(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat) + eps"),
    ("You added ε to the step", "eta * m_hat / (np.sqrt(v_hat) + eps)", "eta / np.sqrt(v_hat) + eps * m_hat"),
    ("You left out ε, or wrote a number for it", "(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat)"),
    ("You left out ε, or wrote a number for it", "+ eps", "+ 1e-8"),
    ("You left out the square root", "np.sqrt(v_hat)", "v_hat"),
    ("You multiplied by the root", "m_hat / (", "m_hat * ("),
    ("You used the gradient g as the direction", "eta * m_hat", "eta * g"),
    ("You used v̂ as the direction", "eta * m_hat", "eta * v_hat"),
    ("You left out the bias correction of m", "eta * m_hat", "eta * m"),
    ("You left out the bias correction of v", "np.sqrt(v_hat)", "np.sqrt(v)"),
    ("You left out the bias correction; divide m by", "eta * m_hat", "eta * m", "np.sqrt(v_hat)", "np.sqrt(v)"),
    ("You swapped the β's", "beta1", "β", "beta2", "beta1", "β", "beta2"),
    ("You swapped the β's in the bias correction", "beta1**t", "β", "beta2**t", "beta1**t", "β", "beta2**t"),
    ("You summed the squares over the coordinates, as @ and np.dot do", "g**2", "g @ g"),
    ("You multiplied β by t", "**t", "*t"),
    ("You used 1 − β in every step", "**t", ""),
    ("You multiplied by the bias correction", "m / (1", "m * (1", "v / (1", "v * (1"),
    ("You left out the parentheses around 1 − βᵗ", "(1 - beta1**t)", "1 - beta1**t", "(1 - beta2**t)", "1 - beta2**t"),
    ("You corrected m with β₂", "beta1**t", "beta2**t"),
    ("You corrected v with β₁", "beta2**t", "beta1**t"),
    ("You did not count this step", "t = t + 1; ", ""),
    ("You did not count this step", "t = t + 1; ", "", "**t", "**(t + 1)"),
    ("You left out the factor before the old average", "beta1 * m", "m"),
    ("You left out the factor before the old average", "beta2 * v", "v"),
    ("You left out the factor before the new term", "(1 - beta1) * g", "g"),
    ("You left out the old average", "beta1 * m + ", ""),
    ("You averaged v with β₁", "beta2 * v + (1 - beta2)", "beta1 * v + (1 - beta1)"),
    ("You averaged squared gradients in m", "(1 - beta1) * g", "(1 - beta1) * g**2"),
    ("You averaged the squares of m in v", "g**2", "m**2"),
    ("You did not square the gradient", "g**2", "g"),
    ("You wrote 0.9 for β₁", "beta1 * m + (1 - beta1) * g", "0.9 * m + 0.1 * g"),
    ("You wrote 0.9 and 0.999 for β₁ and β₂", "beta1", "0.9", "beta2", "0.999"),
    ("you used grad itself", "g = grad(theta)", "g = grad"),
)
WRONG = {
    GradientDescent: (
        *NO_THETA,
        SIGN,
        ("You left out η", "eta * ", ""),
        ("You used η twice", "eta *", "eta**2 *"),
        ("You left the gradient out of the step", " * grad(theta)", ""),
        ("You added η and the gradient", "eta *", "eta +"),
        ("You wrote 0.1 for η", "eta *", "0.1 *"),
        ("You used θ instead of the gradient", "grad(theta)", "theta"),
        ("You squared the gradient", "grad(theta)", "grad(theta)**2"),
        ("You used only the sign of the gradient", "grad(theta)", "np.sign(grad(theta))"),
        ("You divided the gradient by its length", "grad(theta)", "grad(theta) / np.linalg.norm(grad(theta))"),
        ("you used grad itself", "grad(theta)", "grad"),
    ),
    Momentum: (
        *VELOCITY,
        ("You moved by the old v", None, "theta = theta - v; v = gamma * v + eta * grad(theta)"),
        ("You moved by the old v", None, "new = gamma * v + eta * grad(theta); theta = theta - v; v = new"),
        ("You took the gradient at a look-ahead point, as NAG does", "grad(theta)", "grad(theta - v)"),
        ("You took the gradient at a look-ahead point, as NAG does", "grad(theta)", "grad(theta - gamma * v)"),
        ("You moved by γv plus a second gradient, as NAG does in Keras", None, KERAS_LINE),
        (
            "You moved by γv plus a second gradient, as NAG does in Keras",
            "theta - v",
            "theta - gamma * v - eta * grad(theta)",
        ),
        ("You damped the gradient, as PyTorch's dampening does", None, DAMPED_LATER),
        ("You damped the gradient, as PyTorch's dampening does", "eta * grad", "(1 - 0.1) * eta * grad"),
        ("You multiplied both parts by γ", "v + eta * grad(theta)", "(v + eta * grad(theta))"),
        ("You left the gradient out of v", " + eta * grad(theta)", ""),
        ("You counted the gradient twice", "theta - v", "theta - v - eta * grad(theta)"),
        ("You used θ instead of the old v", "gamma * v", "gamma * theta"),
        ("You added γ alone", "gamma * v", "gamma"),
        ("You multiplied the old v by 1 − γ", "gamma * v", "(1 - gamma) * v"),
        ("You swapped the factors", "gamma * v + eta", "eta * v + gamma"),
        ("You swapped the factors", "gamma * v + eta * grad(theta)", "(1 - gamma) * v + gamma * eta * grad(theta)"),
        ("You multiplied the gradient by γ", "gamma * v + eta", "v + gamma * eta"),
        ("You multiplied by γ in the step", "gamma * v", "v", "theta - v", "theta - gamma * v"),
        ("You took the gradient at v; take it at θ", "grad(theta)", "grad(v)"),
        ("You used γ twice", "gamma * v", "gamma**2 * v"),
        (
            "You took v = 0 for the last point",
            None,
            "new = theta - eta * grad(theta) + gamma * (theta - v); v = theta; theta = new",
        ),
        ("You multiplied the two parts", "v + eta", "v * eta"),
        (
            "You multiplied the two parts",
            None,
            "new = gamma * v + eta * grad(theta); theta = theta - gamma * v * eta * grad(theta); v = new",
        ),
        (
            "You damped the gradient, as PyTorch's dampening does",
            None,
            "v = gamma * v - (1 - gamma) * eta * grad(theta); theta = theta + v",
        ),
        ("You moved by the old v", None, "new = gamma * v + grad(theta); theta = theta - eta * v; v = new"),
        ("You wrote 0.9 and 0.01 for γ and η", "gamma", "0.9", "eta *", "0.01 *"),
    ),
    NAG: (
        *VELOCITY,
        ("You took the gradient at θ, as Momentum does", "grad(theta - gamma * v)", "grad(theta)"),
        ("You looked ahead on the wrong side", "grad(theta - ", "grad(theta + "),
        ("You left γ out of the look-ahead point", "grad(theta - gamma * v)", "grad(theta - v)"),
        ("You left out γ before the old v and in the look-ahead point", "gamma * ", ""),
        ("You used η in the look-ahead point", "theta - gamma", "theta - eta * gamma"),
        ("You used η in the look-ahead point", "theta - gamma", "theta - eta"),
        ("You left θ out of the look-ahead point", "theta - gamma", "gamma"),
        ("You closed the parenthesis of grad too early", "grad(theta - gamma * v)", "(grad(theta) - gamma * v)"),
        ("You counted the momentum twice", "theta = theta - v", "theta = theta - gamma * v - v"),
        ("You used γ twice", "v = gamma * v +", "v = gamma * v; v = v +"),
        ("You took the gradient at v; take the gradient at the look-ahead point", "theta - gamma * v", "v"),
        ("You counted the gradient twice", "theta - v", "theta - v - eta * grad(theta)"),
        ("You moved by γv plus a second gradient", "theta - v", "theta - gamma * v - eta * grad(theta)"),
        (
            "You counted the momentum twice",
            None,
            "v = gamma * v + eta * grad(theta - gamma * v); theta = theta - gamma * v - v",
        ),
        (
            "You counted the momentum twice",
            None,
            "theta = theta - gamma * v; v = gamma * v + eta * grad(theta); theta = theta - v",
        ),
        ("You moved by the old v", None, "theta = theta - v; v = gamma * v + eta * grad(theta - gamma * v)"),
    ),
    AdaGrad: (
        *ROOT,
        ("You left out the old G", "G + g", "g"),
        ("You took the root of the newest square alone", "G + eps", "g**2 + eps"),
        ("You averaged the squares, as RMSProp does", "G + g**2", "0.9 * G + 0.1 * g**2"),
        ("You squared G + g", "G + g**2", "(G + g)**2"),
        ("You multiplied G by the square", "G + g", "G * g"),
        ("You divided by the old G", None, f"g = grad(theta); theta = theta - {SCALED}; {SUM}"),
        ("You divided by the old G", None, f"g = grad(theta); theta = theta - {SCALED}; G = G + grad(theta)**2"),
    ),
    RMSProp: (
        *ROOT,
        (
            "You divided by the old G",
            None,
            f"g = grad(theta); theta = theta - {SCALED}; G = gamma * G + (1 - gamma) * g**2",
        ),
        ("You added up the squares, as AdaGrad does", "gamma * G + (1 - gamma) * g", "G + g"),
        ("You left out the factor before the old average", "gamma * G", "G"),
        ("You left out the factor before the new term", "(1 - gamma) * ", ""),
        ("You left out the old G", "gamma * G + ", ""),
        ("You left out the old G", "gamma * G + (1 - gamma) * g", "g"),
        ("You swapped the weights", "gamma * G + (1 - gamma)", "(1 - gamma) * G + gamma"),
        ("You multiplied both parts by γ", "G + (1 - gamma) * g**2", "(G + (1 - gamma) * g**2)"),
        ("You wrote 0.9 for γ", "gamma * G + (1 - gamma)", "0.9 * G + 0.1"),
        ("You used the same weight twice", "(1 - gamma) * g", "gamma * g"),
        ("You used the same weight twice", "gamma * G + (1", "(1 - gamma) * G + (1"),
        ("You squared the factor 1 − γ", "(1 - gamma) * g**2", "((1 - gamma) * g)**2"),
    ),
    Adam: (
        *AVERAGES,
        ("You counted t from 0", "t = t + 1; ", "", "+ eps)", "+ eps); t = t + 1"),
        ("You counted t from 0", "t = t + 1; ", "", "**t", "**max(t, 1)", "+ eps)", "+ eps); t = t + 1"),
        ("You took the root before the bias correction", "np.sqrt(v_hat)", "np.sqrt(v) / (1 - beta2**t)"),
        (
            "You moved by the old m and v",
            None,
            "t = t + 1; g = grad(theta); a = m / (1 - beta1**t); b = v / (1 - beta2**t); m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g**2; theta = theta - eta * a / (np.sqrt(b) + eps)",
        ),
    ),
    AdamW: (
        *(each for each in AVERAGES if each[1] not in ("theta = theta - ", "eta * m_hat /")),
        ("You left out the weight decay", " - eta * decay * theta", ""),
        ("You added the decay", "- eta * decay", "+ eta * decay"),
        ("You decayed θ twice", "grad(theta)", "grad(theta) + decay * theta"),
        ("You shrank θ before you took the gradient", "grad(theta)", "grad(theta - eta * decay * theta)"),
        ("You wrote 0.01 for λ", "decay", "0.01"),
        ("You left θ out of the decay", "decay * theta", "decay"),
        ("You decayed the new θ", " - eta * decay", "; theta = theta - eta * decay"),
        ("You divided the decay by the root", "m_hat /", "(m_hat + decay * theta) /", " - eta * decay * theta", ""),
        ("You multiplied θ by λ", "theta = theta", "theta = decay * theta", " - eta * decay * theta", ""),
        (
            "You put the decay into the gradient (L2 regularisation)",
            "grad(theta)",
            "grad(theta) + decay * theta",
            " - eta * decay * theta",
            "",
        ),
    ),
}
LISTS = "theta, v = theta.tolist(), v.tolist(); g = grad(theta); "
# right answers that are written in another way: what is said of the convention
OTHER_SIGN, AHEAD = "surfaces. Your velocity has the opposite sign", "You store the look-ahead point"
NO_ETA_IN_V = "surfaces. Your velocity leaves out η, as in PyTorch"
LATE_EPS = "Your ε is added before the correction of v"
OUTSIDE, INSIDE = "Your ε is outside the root, as in PyTorch", "Your ε is inside the root, as with Optax's eps_root"
AVERAGED, LAST = "Your velocity is an average", "last = theta if not v.any() else v; "  # v is 0 before the first step
KERAS = f"{MOMENTS}alpha = eta * np.sqrt(1 - beta2**t) / (1 - beta1**t); theta = theta - alpha * m / (np.sqrt(v) + eps)"
ALSO_RIGHT = {
    GradientDescent: (
        ("", "theta = [t - eta * g for t, g in zip(theta, grad(theta))]"),
        ("", "theta = tuple(theta - eta * grad(theta))"),
        ("", "return theta - eta * grad(theta), {}"),  # as the method's own step
    ),
    Momentum: (
        ("", f"{LISTS}v = [gamma * a + eta * b for a, b in zip(v, g)]; theta = [a - b for a, b in zip(theta, v)]"),
        ("", f"{RIGHT[Momentum]}; return np.array([theta, v])"),
        ("", f"{RIGHT[Momentum]}; return theta, {{'v': v}}"),
        (AVERAGED, "v = gamma * v + (1 - gamma) * grad(theta); theta = theta - eta / (1 - gamma) * v"),
        (AVERAGED, "v = gamma * v + (1 - gamma) * eta * grad(theta); theta = theta - v / (1 - gamma)"),
        ("as in Polyak's paper", f"{LAST}return theta - eta * grad(theta) + gamma * (theta - last), theta"),
        (OTHER_SIGN, "v = gamma * v - eta * grad(theta); theta = theta + v"),
        (NO_ETA_IN_V, "v = gamma * v + grad(theta); theta = theta - eta * v; return [theta, v]"),
    ),
    NAG: (
        (NO_ETA_IN_V, "v = gamma * v + grad(theta - eta * gamma * v); theta = theta - eta * v"),
        ("opposite sign", "v = gamma * v - grad(theta + eta * gamma * v); theta = theta + eta * v"),
        ("as in Nesterov's paper", f"{LAST}y = theta + gamma * (theta - last); return y - eta * grad(y), theta"),
        (AHEAD, "g = grad(theta); v = gamma * v - g; theta = theta + eta * (gamma * v - g)"),
        (AHEAD, "g = grad(theta); v = gamma * v + g; theta = theta - eta * (g + gamma * v)"),
        (AHEAD, "g = grad(theta); v = gamma * v - eta * g; theta = theta + gamma * v - eta * g"),
        (OTHER_SIGN, "v = gamma * v - eta * grad(theta + gamma * v); theta = theta + v"),
    ),
    AdaGrad: (
        (OUTSIDE, RIGHT[AdaGrad].replace("np.sqrt(G + eps)", "(np.sqrt(G) + eps)")),
        (
            "Your G starts at ε",
            f"g = grad(theta); G = np.where(G == 0, eps, G); {SUM}; theta = theta - eta / np.sqrt(G) * g",
        ),
        ("Your G starts at ε", f"g = grad(theta); G = np.maximum(G, eps); {SUM}; theta = theta - eta / np.sqrt(G) * g"),
    ),
    RMSProp: ((OUTSIDE, RIGHT[RMSProp].replace("np.sqrt(G + eps)", "(np.sqrt(G) + eps)")),),
    Adam: (
        (LATE_EPS, KERAS),
        (INSIDE, ADAM.replace("np.sqrt(v_hat) + eps", "np.sqrt(v_hat + eps)")),
        (
            "",
            ADAM.replace("g = grad", "power = 1; for k in range(t): power = power * beta1; g = grad").replace(
                "beta1**t", "power"
            ),
        ),
    ),
    AdamW: (
        ("Your decay is λθ, as in the paper's algorithm 2", f"{ADAM} - decay * theta"),
        *((LATE_EPS, f"{KERAS} - {rate} * theta") for rate in ("eta * decay", "decay")),
        (INSIDE, RIGHT[AdamW].replace("np.sqrt(v_hat) + eps", "np.sqrt(v_hat + eps)")),
    ),
}


def changed(kind, part, becomes, *more):
    """The right body with one part after the other changed; without a part, another body."""
    if part is None:
        return becomes
    assert part in RIGHT[kind], (kind.__name__, part)
    body = RIGHT[kind].replace(part, becomes)
    for old, new in zip(more[::2], more[1::2], strict=True):
        assert old in body, (kind.__name__, old)
        body = body.replace(old, new)
    return body


def made(kind, body):
    """The function with this body."""
    names = signature(kind)
    returned = ", ".join(names[: names.index("grad")])
    lines = "\n    ".join([*body.split("; "), f"return {returned}"])
    space = {"np": np}
    exec(f"def student({', '.join(names)}):\n    {lines}", space)
    return space["student"]


def single(kind):
    """The right answer, computed in float32 throughout."""
    names = signature(kind)
    casts = (f"{name} = np.float32({name})" for name in names if name not in ("grad", "t"))
    return made(kind, "; ".join([*casts, "of = grad", "grad = lambda at: np.float32(of(at))", RIGHT[kind]]))


# ---- the same, typed in the page ----

# nonsense and half answers, which the page must judge as Python does
ODD = {
    GradientDescent: ("theta = theta - eta", "theta = 3", "theta = grad(theta)", "theta = theta - 1000 * eta * grad(theta)", "theta = sqrt(theta)",
                      "theta = theta - eta * grad(theta) / 0", "g = grad(theta)", "theta = sum(theta)", "theta = theta - eta * grad(theta)\ntheta = theta"),
    Momentum: ("v = theta; theta = v", "v = 0; theta = theta - eta * grad(theta)", "theta = theta - eta * grad(theta)", "v = eta * gamma", "v = v",
               "v = gamma * v + eta * grad(theta); theta = v; v = theta", "u = theta; theta = v; v = u",
               "v = gamma * v + eta * grad(theta); u = theta - v; theta = v; v = u", "v = sum(grad(theta)); theta = theta - v"),
    NAG: ("v = gamma * v + eta * grad(v); theta = theta - v", "v = grad(theta - gamma * v); theta = theta - v", "a = theta - gamma * v; v = gamma * v + eta * grad(a); theta = theta - v"),
    AdaGrad: ("G = G + 1; theta = theta - eta / sqrt(G + eps) * grad(theta)", "G = grad(theta); theta = theta - eta * G", "theta = theta / G"),
    RMSProp: ("G = gamma * G; theta = theta - eta / sqrt(G + eps) * grad(theta)", "G = G; theta = -G", "G = 1; theta = theta - eta * grad(theta)"),
    Adam: ("t = t + 1; theta = theta - eta * grad(theta)", "t = t + 2; m = m; v = v; theta = theta - eta", "t = m; m = t", "m = grad(theta); v = m**2; theta = theta - eta * m / sqrt(v)"),
    AdamW: ("theta = theta - eta * lambda * theta", "t = t + 1; theta = theta * (1 - eta * lambda)", "m = v; v = m; t = t"),
}  # fmt: skip


def typed(body):
    """A body of Python as the page's lines, or nothing where it is more than lines of arithmetic."""
    lines = (
        re.sub(r"\bnp\.", "", body)
        .replace("decay", "lambda")
        .replace("new", "u")
        .replace("alpha", "a")
        .replace("; ", "\n")
    )
    return (
        ""
        if re.search(r"[\[\].]\w|\[|@|\bif\b|\breturn\b|\btuple\b|\b(where|maximum|for)\b|\bgrad(?!\()", lines)
        else lines
    )


def answered(kind):
    """Bodies that both judges can read, in Python and as typed lines."""
    bodies = [RIGHT[kind], *(body for _, body in ALSO_RIGHT[kind]), *ODD[kind]]
    bodies += [changed(kind, *parts) for _, *parts in (UNCHANGED, *WRONG[kind])]
    for body in dict.fromkeys(bodies):
        if lines := typed(body):
            python = body.replace("\n", "; ").replace("lambda", "decay")
            yield re.sub(r"(?<![.\w])(sqrt|sum)\(", r"np.\1(", python), lines


def in_latex(kind):
    """Every form of the method, and every named mistake in its own, as the lesson writes rows, and what they compute."""
    for each in (*(form for form, _ in forms(kind)), *(broken(kind, wrong) for wrong in MISTAKES)):
        if each:
            rows = [row.latex for row in each.rows]
            yield "\n".join(["t = t + 1"] * ("t" in signature(kind)) + rows), list(steps(each))


def check_answers(ask):
    """The page says of every typed answer what Python says of the function, word for word."""
    questions, expected = [], []
    for kind in RIGHT:
        bodies, texts = zip(*answered(kind), strict=True)
        questions.append(["judge", {"task": task(kind), "texts": texts}])
        expected.append([verdict(made(kind, body), kind) for body in bodies])
        latex, paths = zip(*in_latex(kind), strict=True)
        questions.append(["judge", {"task": task(kind), "texts": latex}])
        expected.append([judge(kind, path) for path in paths])
    count = 0
    for (_, question), said, own in zip(questions, ask(questions), expected, strict=True):
        for text, page, python in zip(question["texts"], said, own, strict=True):
            assert page == {"mark": python.mark, "message": python.message}, (question["task"]["title"], text)
            count += 1
    assert count >= 150
    return f"{count} answers, word for word"
