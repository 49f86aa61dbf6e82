"""Each classic mistake, by the wrong program itself, gets the message that names it; a right answer is never refused."""

import re
import subprocess
import sys
import time

import numpy as np
import pytest
from wrong_answers import ALSO_RIGHT, RIGHT, UNCHANGED, WRONG, changed, made, single

from optcourse import NAG, AdaGrad, Adam, GradientDescent, Momentum, explore, surfaces
from optcourse.exercises import check as exercises
from optcourse.exercises import sandbox
from optcourse.exercises.check import (
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
from optcourse.exercises.mistakes import CONVENTIONS, MISTAKES, broken, forms
from optcourse.exercises.questions import PREDICT, QUIZ
from optcourse.formula.evaluate import evaluate
from optcourse.formula.parse import parse, symbols
from optcourse.formula.rewrite import normal, plain, rewritten
from optcourse.formula.write import latex
from optcourse.widgets.activities import Choice, Goal, Predict, Question, Quiz, reach

RIGHT_GD = made(GradientDescent, RIGHT[GradientDescent])
# what is said of how it runs and of what it returns; what is said of its formula: wrong_answers.py
RUNS = [
    (Momentum, RIGHT[Momentum], "Right. Your update matches Momentum in 8 steps on each of 3 surfaces."),
    (GradientDescent, "g = grad(theta); return None", "You returned nothing; end the function with return theta."),
    (Momentum, "v = gamma * v; return None", "You returned nothing; end the function with return theta, v."),
    (GradientDescent, "return None", "Not answered yet"),
    (GradientDescent, "...; return None", "Not answered yet"),
    (GradientDescent, "theta = theta - 3 * eta * grad(theta)", "compare your lines"),
    (Momentum, "v *= gamma; v += eta * grad(theta); theta = theta - v", "you changed v in place, as += does; make a new array"),
    (GradientDescent, "theta -= eta * grad(theta)", "you changed theta in place"),
    (GradientDescent, "theta = (theta - eta * grad(theta)).sum()", "In step 1 you returned theta with the shape (); return the shape (2,)"),
    (GradientDescent, "theta = (theta - eta * grad(theta))[:, None]", "the shape (2, 1); return the shape (2,)"),
    (Momentum, "return theta - eta * grad(theta)", "You returned 1 value; return 2: theta, v."),
    (Momentum, "return theta, {'v': v}", "You changed nothing"),
    (Momentum, "return theta, {'w': v}", "you returned a dict as v; return an array"),
    (Adam, RIGHT[Adam] + "; return t, theta, m, v", "you returned the values in another order; return theta, m, v, t."),
    (GradientDescent, "theta = 'theta'", "you returned the text 'theta' as theta; return a number"),
    (GradientDescent, "theta = theta - eta * grad(theta) * 1j", "you returned complex numbers as theta; look for"),
    (GradientDescent, "theta = theta - eta * np.log(-1 - grad(theta) ** 2)", "You computed a number that is not finite; look for"),
    (GradientDescent, "while True: theta = theta + 0", "look for an endless loop"),
    (GradientDescent, "g = grad(theta); theta -= step", "NameError: name 'step' is not defined (line 3 of the function); check the spelling"),
    (GradientDescent, "raise SystemExit('bye')", "In step 1 your function stopped with SystemExit: bye (line 2 of the function)"),
    (GradientDescent, "raise KeyboardInterrupt", "In step 1 your function stopped with KeyboardInterrupt"),
    (GradientDescent, "theta = theta - float(input('eta?')) * grad(theta)", "input() is not available here (line 2 of the function); use the arguments instead."),
    (AdaGrad, RIGHT[AdaGrad].replace("**", " ^ "), "write a power as g**2"),
    (GradientDescent, "theta = theta - eta @ grad(theta)", "multiply with *, element by element"),
    (GradientDescent, "theta = theta - eta * grad(theta[0], theta[1])", "call grad with one array, as in grad(theta)"),
    (Momentum, RIGHT[Momentum] + "; return theta, -v", "You returned v with the wrong sign"),
    (Momentum, "old = v; " + RIGHT[Momentum] + "; return theta, old", "(θ is right). You returned v unchanged"),
    (Momentum, RIGHT[Momentum] + "; return v, theta", "You returned the values in another order; return theta, v."),
    (Adam, RIGHT[Adam] + "; m = m_hat", "You overwrote m with m̂"),
    (Adam, RIGHT[Adam] + "; v = v_hat", "You overwrote v with v̂"),
    (Adam, RIGHT[Adam] + "; m, v = m_hat, v_hat", "You overwrote m and v with m̂ and v̂"),
    (Adam, RIGHT[Adam] + "; t = t - 1", "your t is 0, not 1 (θ, m, v are right). You did not count this step"),
    (Adam, RIGHT[Adam] + "; t = t + 1", "You counted t by more than one; add 1"),
]  # fmt: skip
IN_A_CHILD = [
    (GradientDescent, "theta = theta + sum(range(10**11))", "In step 1 your function did not end within 0.3 s; look for an endless loop."),
    (GradientDescent, "__import__('os')._exit(3)", "ended the whole process"),
    (GradientDescent, "__import__('time').sleep(60)", "waited for more than 1 s"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "message"), RUNS)
def test_what_happens_while_it_runs_is_said(kind, body, message, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    said = str(verdict(made(kind, body), kind))
    assert message in said
    if said.startswith("Not yet"):
        assert kind.rows[0].latex in said, "it points to the formula"
    if ", not" in said:
        assert "In step 1 on the" in said or "In step 2 on the" in said


@pytest.mark.skipif(not sandbox.FORKS, reason="a student's code runs in a child on Linux only")
@pytest.mark.parametrize(("kind", "body", "message"), IN_A_CHILD)
def test_what_only_another_process_can_stop(kind, body, message, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    monkeypatch.setattr(sandbox, "PATIENCE", 1.0)
    assert message in str(verdict(made(kind, body), kind))


@pytest.mark.skipif(not sandbox.FORKS, reason="a student's code runs in a child on Linux only")
def test_a_busy_machine_is_no_reason_to_refuse(monkeypatch):
    """Whoever computes is given all the processor time, however long that takes by the clock."""
    monkeypatch.setattr(sandbox, "PATIENCE", 0.4)

    def slow(theta, grad, eta):
        end = time.thread_time() + 0.03
        while time.thread_time() < end:
            pass
        return theta - eta * grad(theta)

    assert verdict(slow, GradientDescent).mark == "right"


def dots(theta, grad, eta): ...


BODIES = [body for kind, body, _ in RUNS if kind is GradientDescent and re.match("while|raise|theta -=|return", body)]


@pytest.mark.parametrize("student", [RIGHT_GD, dots, *(made(GradientDescent, body) for body in BODIES)])
def test_without_a_fork_the_words_are_the_same(student, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    forked = str(verdict(student, GradientDescent))
    monkeypatch.setattr(sandbox, "FORKS", False)
    assert str(verdict(student, GradientDescent)) == forked


def test_compilation_is_not_the_students_time():
    """In a new process no surface is compiled yet; all are when the limit begins, and a right answer needs far less of its own."""
    program = (
        "from optcourse.exercises import sandbox, check as e\nfrom optcourse import Momentum\n"
        "sandbox.SECONDS, collect = 0.4, sandbox.collect\n"
        "ready = lambda: all('_programs' in vars(surface) for surface, _ in e.TRIALS)\n"
        "sandbox.collect = lambda make: (print(ready()), collect(make))[1]\n"
        "print(ready())\n"
        "def f(theta, v, grad, eta, gamma):\n    v = gamma * v + eta * grad(theta)\n    return theta - v, v\n"
        "print(e.verdict(f, Momentum).mark)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "right"]


def test_a_message_never_shows_two_equal_numbers():
    said = str(verdict(made(Momentum, f"{RIGHT[Momentum]}; return theta, v * (1 + 2e-4)"), Momentum))
    got, own = re.search(r"your v is \((.*?)\), not \((.*?)\)", said).groups()
    assert got != own


def test_what_is_called_right_is_right():
    """A small mistake in v is a smaller one in θ, whose difference is within the tolerance: that does not make θ right."""
    said = str(verdict(made(NAG, "v = gamma * v; v = v + eta * grad(theta - gamma * v); theta = theta - v"), NAG))
    assert "In step 2 on the bowl, with η = 0.013, γ = 0.8, your v is" in said and "θ is right" not in said


DO = ["add", "assign", "average", "call", "check", "compare", "compute", "correct", "count", "decay", "define", "divide", "do", "end", "first", "give", "keep", "leave", "look", "make", "move", "multiply", "only", "raise", "return", "run", "square", "step", "subtract", "take", "trust", "use", "write", "update"]  # fmt: skip


def says_what_to_do(said):
    """ "You did X; do Y.": one sentence of two halves, what the student did and, beginning with a verb, what to do."""
    halves = re.fullmatch(r"(?:In step \S+ (?:on the [\w-]+ )?)?[Yy]our? [^;]+; (\w+)[^;]*\.", said, re.DOTALL)
    return bool(halves) and halves[1] in DO and not re.search(r"[.!?] [A-Z]", said.split("; ")[1])


def test_each_feedback_says_what_was_done_and_what_to_do():
    assert not says_what_to_do("The two parts are multiplied. They are added.") and not says_what_to_do("η is missing.")
    assert not says_what_to_do("You used η twice.") and not says_what_to_do("You used η twice; the step holds it once.")
    ended = [exercises._unended(how, 3) for how in (sandbox.SPENT, sandbox.SLOW, sandbox.WAITING, sandbox.LEFT)]
    run = ("unmoved", "t stays", "t jumps", "kept", "order", "infinite", "unknown")
    texts = [*ended, *(each.says for each in MISTAKES), *(exercises.SAID[each] for each in run)]
    for kind, body, _ in RUNS:
        said = verdict(made(kind, body), kind)
        if said.mark == "not yet":
            texts.append(re.sub(r"^In step .*?(?<=\)) ?\. (?=You)|^In step .*?\)\. (?=You)", "", said.message))
    wrong = [each for each in texts if not says_what_to_do(each)]
    assert not wrong, "\n".join(wrong)


def test_each_word_on_a_convention_says_what_it_changes():
    for group in CONVENTIONS:
        for word in group:
            assert re.fullmatch(r"Your? [^;]+; (it is the same method|the difference is|the course)[^;]*\.", word), word


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
    assert capsys.readouterr().out.count("x") <= sandbox.LONGEST + 20


def test_the_formula_is_typeset_and_the_rest_is_escaped():
    def cold(theta, grad, eta):
        raise ValueError("<b>*$x$*</b>")

    said = verdict(cold, GradientDescent)
    assert r"\<b\>\*\$x\$\*\</b\>" in said.markdown
    assert said.markdown.endswith(
        r"$$\begin{aligned}\theta_t &= \theta_{t-1} - \eta \nabla J(\theta_{t-1})\end{aligned}$$"
    )


@pytest.mark.parametrize("kind", EXERCISES.values(), ids=lambda kind: kind.__name__)
def test_long_sums_and_products_mean_the_same(kind):
    """A row that is made of long sums and products and back has the same value."""
    for _, _, tree in kind.trees():
        values = {name: 0.3 + 0.1 * i for i, name in enumerate(dict.fromkeys(symbols(tree)))}
        again = plain(normal(tree))
        assert parse(latex(again)) == again
        assert evaluate(again, values, np.sin) == pytest.approx(evaluate(tree, values, np.sin), rel=1e-12)


@pytest.mark.parametrize(
    ("row", "rule", "becomes"),
    [
        ("v_t = a - b + c", "x + y → x y", "v_t = -a b + c"),  # two parts, whatever their signs
        ("v_t = sin(a b c)", "b x → x", "v_t = sin(a c)"),  # at the top the rest stays
        ("v_t = sin(1 + a b c)", "1 + b x → x", "v_t = sin(a c)"),  # further in a letter takes the rest
        ("v_t = a/b * b", "x → x + 1", "v_t = a + 1"),
        ("v_t = a", "m: x → x + 1", None),  # there is no row of m
        ("v_t = a - b", "x x → x", None),
    ],
)
def test_a_rule_is_carried_out_where_it_fits(row, rule, becomes):
    named = re.compile(r"(?<![a-z])[abc](?![a-z])")  # with an index, or they would stand for any part
    row, rule, becomes = (each and named.sub(r"\g<0>_1", each) for each in (row, rule, becomes))
    found = rewritten([parse(row)], rule)
    assert (found and latex(found[0])) == (becomes and latex(parse(becomes)))


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
    assert kind.rows[0].latex in str(verdict(made(kind, body), kind)), "it points to the formula"


@pytest.mark.parametrize("kind", ALSO_RIGHT, ids=lambda kind: kind.__name__)
def test_right_answers_are_right_in_float32_in_lists_and_in_other_forms(kind):
    assert verdict(single(kind), kind).mark == "right", "float32"
    for says, body in (("", RIGHT[kind]), *ALSO_RIGHT[kind]):
        said = verdict(made(kind, body), kind)
        assert said.mark == "right" and says in said.message, (body, said.message)


def test_float32_has_room_to_spare(monkeypatch):
    """The right answers in float32 would be right within a quarter of the tolerance; a part in a thousand is never right."""
    monkeypatch.setattr(exercises, "CLOSE", exercises.CLOSE / 4)
    for kind in RIGHT:
        assert judge(kind, list(_answered(single(kind), _example(kind)))).mark == "right", kind


def test_a_record_that_is_cut_is_not_right():
    found, end = answers(RIGHT_GD, GradientDescent)
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
    assert "Choose an answer first" in choice.feedback.value
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
    place = "ravine surface, start (−4, 1), 200 steps"
    assert goal.judge()[0] and place in goal.children[0].value
    for change, name in (
        ({"surface": surfaces.bowl}, "the surface and the start point"),
        ({"start": (-1, 1)}, "the start point"),
        ({"steps": 300}, "the number of steps"),
        ({"own": "x**2 + y**2"}, "the surface and the start point"),
    ):
        easy.set(**change)
        assert goal.judge() == (
            False,
            f"You changed {name}, which this goal keeps fixed. Press reset and move only the sliders.",
        )
        easy.reset()
    easy.set(step=50)
    assert goal.judge()[0]
    other = Goal("It comes near.", explore(Momentum(), surfaces.ravine), reach(1e9, 100))
    other.explorer.set(variants=[1])
    assert "You changed the variant," in other.judge()[1]


def test_goal_reads_the_explorer():
    goal = Goal(
        "1e-6 within 120 steps.", explore(GradientDescent(eta=0.01), surfaces.ravine, steps=200), reach(1e-6, 120)
    )
    goal.button.click()
    assert (
        "✗" in goal.feedback.value
        and "did not reach and stay within 1e-6 of the lowest loss in 200 steps" in goal.feedback.value
    )
    goal.explorer.sliders[0, "eta"].value = 0.2
    goal.button.click()
    assert "✗" in goal.feedback.value and "diverged at step" in goal.feedback.value
    goal.explorer.sliders[0, "eta"].value = 0.075
    goal.button.click()
    assert (
        "✓" in goal.feedback.value and f"at step {goal.explorer.trajectories[0].first_below()}" in goal.feedback.value
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
    check(made(GradientDescent, "theta = theta + eta * grad(theta)"), GradientDescent)
    said, drawn = shown
    assert "You moved up the slope" in said["text/plain"]
    assert "yours (η = 0.05) on the ravine" in repr(drawn)
    shown.clear()
    check(lambda theta, grad, eta: theta[7], GradientDescent)
    assert len(shown) == 1, "nothing is drawn of what does not run"
    check(lambda theta, grad, eta: None, GradientDescent)
    assert len(shown) == 1, "nor of no answer"


# ---- the questions ----


def test_neither_length_nor_place_gives_the_answer_away():
    """The right option is never the longest, and stands at each place in a fifth of the questions at least."""
    asked = [*PREDICT.values(), *(each for some in QUIZ.values() for each in some)]
    assert len(asked) >= 25
    places = [[option for option, _ in each.shuffled()].index(each.options[0][0]) for each in asked]
    for each in asked:
        right, *others = (len(option) for option, _ in each.options)
        assert right <= max(others), each.text
    assert all(places.count(place) >= len(asked) / 5 for place in range(3)), places
