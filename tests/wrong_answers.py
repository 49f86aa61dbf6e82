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
UNCHANGED = ("Everything came back as it was", None, "theta = theta")
SIGN = ("The step has the wrong sign", "theta = theta - ", "theta = theta + ")
NO_THETA = (("θ − is missing", "theta = theta - ", "theta = -"), ("θ − is missing", "theta = theta - ", "theta = "))
VELOCITY = (
    *NO_THETA,
    SIGN,
    ("η is missing", "eta * grad", "grad"),
    ("η stands there twice", "theta - v", "theta - eta * v"),
    ("γ is missing before the old v", "v = gamma * v", "v = v"),
    ("The old v is forgotten", "gamma * v + eta", "eta"),
    ("γ stands in the step as well", "theta = theta - v", "theta = theta - gamma * v"),
    ("A function stands", "grad(theta", "grad + (theta"),
    ("This is damped momentum", "eta * grad", "(1 - gamma) * eta * grad"),
    ("You wrote 0.9 for γ", "gamma", "0.9"),
)
ROOT = (
    *NO_THETA,
    SIGN,
    ("η is missing", "eta /", "1 /"),
    ("η stands there twice", "eta /", "eta**2 /"),
    ("The step lacks the gradient", SCALED, "eta / np.sqrt(G + eps)"),
    ("The step uses G in place of the gradient", SCALED, "eta / np.sqrt(G + eps) * G"),
    ("ε is missing", "G + eps", "G"),
    ("ε is missing", "G + eps", "G + 1e-8"),
    ("ε is added to the step", SCALED, "eta / np.sqrt(G) + eps * g"),
    ("ε is added to the step", SCALED, "eta / np.sqrt(G) * g + eps"),
    ("ε is added to the step", SCALED, "(eta / np.sqrt(G) + eps) * g"),
    ("ε is added to G itself", "g**2", "g**2 + eps", "np.sqrt(G + eps)", "np.sqrt(G)"),
    ("ε stands outside the root", SCALED, "eta / (np.sqrt(G) + eps) * g"),
    ("The square root is missing", "np.sqrt", ""),
    ("The step is multiplied by the root", "eta /", "eta *"),
    ("The divisor is missing", SCALED, "eta * g"),
    ("The squares are summed", "g**2", "np.sum(g**2)"),
    ("The squares are summed", "g**2", "g @ g"),
    ("The gradient is not squared", "g**2", "g"),
    ("The gradient is not squared", "g**2", "abs(g)"),
    ("A function stands", "g = grad(theta)", "g = grad"),
)
AVERAGES = (
    *NO_THETA,
    SIGN,
    ("η is missing", "eta * m_hat", "m_hat"),
    ("The step lacks the gradient", "eta * m_hat /", "eta /"),
    ("ε is added to the step", "(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat) + eps"),
    ("ε is added to the step", "eta * m_hat / (np.sqrt(v_hat) + eps)", "eta / np.sqrt(v_hat) + eps * m_hat"),
    ("ε is missing", "(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat)"),
    ("ε is missing", "+ eps", "+ 1e-8"),
    ("ε stands inside the root", "np.sqrt(v_hat) + eps", "np.sqrt(v_hat + eps)"),
    ("The square root is missing", "np.sqrt(v_hat)", "v_hat"),
    ("The step is multiplied by the root", "m_hat / (", "m_hat * ("),
    ("The step uses the gradient g", "eta * m_hat", "eta * g"),
    ("The step uses v̂ in place of m̂", "eta * m_hat", "eta * v_hat"),
    ("The bias correction of m is missing", "eta * m_hat", "eta * m"),
    ("The bias correction of v is missing", "np.sqrt(v_hat)", "np.sqrt(v)"),
    ("The bias correction is missing", "eta * m_hat", "eta * m", "np.sqrt(v_hat)", "np.sqrt(v)"),
    ("The β's are swapped", "beta1", "β", "beta2", "beta1", "β", "beta2"),
    ("swapped in the bias correction", "beta1**t", "β", "beta2**t", "beta1**t", "β", "beta2**t"),
    ("The squares are summed", "g**2", "g @ g"),
    ("The bias correction takes β times t", "**t", "*t"),
    ("The bias correction does not grow", "**t", ""),
    ("The bias correction is multiplied", "m / (1", "m * (1", "v / (1", "v * (1"),
    ("The parentheses around 1 − βᵗ", "(1 - beta1**t)", "1 - beta1**t", "(1 - beta2**t)", "1 - beta2**t"),
    ("m is corrected with β₂", "beta1**t", "beta2**t"),
    ("v is corrected with β₁", "beta2**t", "beta1**t"),
    ("t is not advanced", "t = t + 1; ", ""),
    ("t is not advanced", "t = t + 1; ", "", "**t", "**(t + 1)"),
    ("The factor before the old average", "beta1 * m", "m"),
    ("The factor before the old average", "beta2 * v", "v"),
    ("The factor 1 − γ (or 1 − β)", "(1 - beta1) * g", "g"),
    ("The old average is forgotten", "beta1 * m + ", ""),
    ("v is averaged with β₁", "beta2 * v + (1 - beta2)", "beta1 * v + (1 - beta1)"),
    ("m averages the squares", "(1 - beta1) * g", "(1 - beta1) * g**2"),
    ("v averages the squares of m", "g**2", "m**2"),
    ("The gradient is not squared", "g**2", "g"),
    ("You wrote 0.9 for β₁", "beta1 * m + (1 - beta1) * g", "0.9 * m + 0.1 * g"),
    ("You wrote 0.9 and 0.999 for β₁ and β₂", "beta1", "0.9", "beta2", "0.999"),
    ("A function stands", "g = grad(theta)", "g = grad"),
)
WRONG = {
    GradientDescent: (
        *NO_THETA,
        SIGN,
        ("η is missing", "eta * ", ""),
        ("η stands there twice", "eta *", "eta**2 *"),
        ("The step lacks the gradient", " * grad(theta)", ""),
        ("η and the gradient are added", "eta *", "eta +"),
        ("You wrote 0.1 for η", "eta *", "0.1 *"),
        ("A function stands", "grad(theta)", "grad"),
    ),
    Momentum: (
        *VELOCITY,
        ("The step uses the old velocity", None, "theta = theta - v; v = gamma * v + eta * grad(theta)"),
        ("The step uses the old velocity", None, "new = gamma * v + eta * grad(theta); theta = theta - v; v = new"),
        ("The gradient is taken at a look-ahead point", "grad(theta)", "grad(theta - v)"),
        ("The gradient is taken at a look-ahead point", "grad(theta)", "grad(theta - gamma * v)"),
        ("This is NAG", None, KERAS_LINE),
        ("This is NAG", "theta - v", "theta - gamma * v - eta * grad(theta)"),
        ("This is damped momentum", None, DAMPED_LATER),
        ("This is damped momentum", "eta * grad", "(1 - 0.1) * eta * grad"),
        ("γ multiplies the new part as well", "v + eta * grad(theta)", "(v + eta * grad(theta))"),
        ("The gradient is missing", " + eta * grad(theta)", ""),
        ("The gradient is counted twice", "theta - v", "theta - v - eta * grad(theta)"),
        ("θ stands in place of the old v", "gamma * v", "gamma * theta"),
        ("γ is added", "gamma * v", "gamma"),
        ("The factors are exchanged", "gamma * v", "(1 - gamma) * v"),
        ("The factors are exchanged", "gamma * v + eta", "eta * v + gamma"),
        ("The two parts are multiplied", "v + eta", "v * eta"),
        (
            "The two parts are multiplied",
            None,
            "new = gamma * v + eta * grad(theta); theta = theta - gamma * v * eta * grad(theta); v = new",
        ),
        ("This is damped momentum", None, "v = gamma * v - (1 - gamma) * eta * grad(theta); theta = theta + v"),
        ("The step uses the old velocity", None, "new = gamma * v + grad(theta); theta = theta - eta * v; v = new"),
        ("You wrote 0.9 and 0.01 for γ and η", "gamma", "0.9", "eta *", "0.01 *"),
    ),
    NAG: (
        *VELOCITY,
        ("The gradient is taken at θ", "grad(theta - gamma * v)", "grad(theta)"),
        ("The look-ahead point lies on the wrong side", "grad(theta - ", "grad(theta + "),
        ("γ is missing in the look-ahead point", "grad(theta - gamma * v)", "grad(theta - v)"),
        ("γ is missing, before the old v and in", "gamma * ", ""),
        ("η stands in the look-ahead point", "theta - gamma", "theta - eta * gamma"),
        ("η stands in the look-ahead point", "theta - gamma", "theta - eta"),
        ("θ is missing in the look-ahead point", "theta - gamma", "gamma"),
        ("The parenthesis of grad closes too early", "grad(theta - gamma * v)", "(grad(theta) - gamma * v)"),
        ("The momentum is counted twice", "theta = theta - v", "theta = theta - gamma * v - v"),
        (
            "The momentum is counted twice",
            None,
            "v = gamma * v + eta * grad(theta - gamma * v); theta = theta - gamma * v - v",
        ),
        (
            "The momentum is counted twice",
            None,
            "theta = theta - gamma * v; v = gamma * v + eta * grad(theta); theta = theta - v",
        ),
        ("The step uses the old velocity", None, "theta = theta - v; v = gamma * v + eta * grad(theta - gamma * v)"),
    ),
    AdaGrad: (
        *ROOT,
        ("The old G is forgotten", "G + g", "g"),
        ("The square is taken of the sum", "G + g**2", "(G + g)**2"),
        ("G and the square are multiplied", "G + g", "G * g"),
        ("G is used before", None, f"g = grad(theta); theta = theta - {SCALED}; {SUM}"),
        ("G is used before", None, f"g = grad(theta); theta = theta - {SCALED}; G = G + grad(theta)**2"),
    ),
    RMSProp: (
        *ROOT,
        ("G is used before", None, f"g = grad(theta); theta = theta - {SCALED}; G = gamma * G + (1 - gamma) * g**2"),
        ("This G is AdaGrad's sum", "gamma * G + (1 - gamma) * g", "G + g"),
        ("The factor before the old average is missing", "gamma * G", "G"),
        ("The factor 1 − γ (or 1 − β)", "(1 - gamma) * ", ""),
        ("The old G is forgotten", "gamma * G + ", ""),
        ("The old G is forgotten", "gamma * G + (1 - gamma) * g", "g"),
        ("The two shares are exchanged", "gamma * G + (1 - gamma)", "(1 - gamma) * G + gamma"),
        ("γ multiplies the new part as well", "G + (1 - gamma) * g**2", "(G + (1 - gamma) * g**2)"),
        ("You wrote 0.9 for γ", "gamma * G + (1 - gamma)", "0.9 * G + 0.1"),
    ),
    Adam: (*AVERAGES, ("t counts from 0", "t = t + 1; ", "", "+ eps)", "+ eps); t = t + 1")),
    AdamW: (
        *(each for each in AVERAGES if each[1] not in ("theta = theta - ", "eta * m_hat /")),
        ("The weight decay − ηλθ is missing", " - eta * decay * theta", ""),
        ("The decay has the wrong sign", "- eta * decay", "+ eta * decay"),
        ("The decay is a share of θ", "decay * theta", "decay"),
        ("The decay is taken of the new θ", " - eta * decay", "; theta = theta - eta * decay"),
        ("The decay is divided by the root", "m_hat /", "(m_hat + decay * theta) /", " - eta * decay * theta", ""),
        ("θ is multiplied by λ", "theta = theta", "theta = decay * theta", " - eta * decay * theta", ""),
        ("This is L2 regularisation", "grad(theta)", "grad(theta) + decay * theta", " - eta * decay * theta", ""),
    ),
}
LISTS = "theta, v = theta.tolist(), v.tolist(); g = grad(theta); "
# right answers that are written in another way: what is said of the convention
OTHER_SIGN, AHEAD = "in the course. Your velocity has the other sign", "You keep the look-ahead point"
NO_ETA_IN_V = "Your velocity is kept without η, as in PyTorch"
LATE_EPS = "Your ε is added before the correction of v"
KERAS = f"{MOMENTS}alpha = eta * np.sqrt(1 - beta2**t) / (1 - beta1**t); theta = theta - alpha * m / (np.sqrt(v) + eps)"
ALSO_RIGHT = {
    GradientDescent: (
        ("", "theta = [t - eta * g for t, g in zip(theta, grad(theta))]"),
        ("", "theta = tuple(theta - eta * grad(theta))"),
    ),
    Momentum: (
        ("", f"{LISTS}v = [gamma * a + eta * b for a, b in zip(v, g)]; theta = [a - b for a, b in zip(theta, v)]"),
        ("", f"{RIGHT[Momentum]}; return np.array([theta, v])"),
        (OTHER_SIGN, "v = gamma * v - eta * grad(theta); theta = theta + v"),
        (NO_ETA_IN_V, "v = gamma * v + grad(theta); theta = theta - eta * v; return [theta, v]"),
    ),
    NAG: (
        (NO_ETA_IN_V, "v = gamma * v + grad(theta - eta * gamma * v); theta = theta - eta * v"),
        ("", "v = gamma * v - grad(theta + eta * gamma * v); theta = theta + eta * v"),
        (AHEAD, "g = grad(theta); v = gamma * v - g; theta = theta + eta * (gamma * v - g)"),
        (AHEAD, "g = grad(theta); v = gamma * v + g; theta = theta - eta * (g + gamma * v)"),
        (AHEAD, "g = grad(theta); v = gamma * v - eta * g; theta = theta + gamma * v - eta * g"),
        (OTHER_SIGN, "v = gamma * v - eta * grad(theta + gamma * v); theta = theta + v"),
    ),
    AdaGrad: (),
    RMSProp: (),
    Adam: ((LATE_EPS, KERAS),),
    AdamW: (
        ("Your decay is λθ, as in the paper's algorithm 2", f"{ADAM} - decay * theta"),
        *((LATE_EPS, f"{KERAS} - {rate} * theta") for rate in ("eta * decay", "decay")),
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
    return "" if re.search(r"[\[\].]\w|\[|@|\bif\b|\breturn\b|\btuple\b|\bgrad(?!\()", lines) else lines


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
