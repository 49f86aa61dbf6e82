"""The questions of the lessons: predictions and quizzes, read from ``questions.md``, which says how it is written."""

import pathlib
import re

from ..widgets.activities import Question

FILE = pathlib.Path(__file__).with_name("questions.md")
LINES = {"lesson": r"## (\w+)", "question": r"### (Predict|Quiz): (\S.*)", "option": r"- (\S.*)", "said": r"  (\S.*)"}
KNOWN = 'a line is "## lesson", "### Predict: question", "### Quiz: question", "- option", or two spaces and what is said of it'


def read(text: str, name: str = "questions.md") -> tuple[dict[str, Question], dict[str, tuple[Question, ...]]]:
    """The prediction and the quiz of each lesson. ValueError with the line that is not as the file's head says."""

    def check(right: bool, at: int, why: str) -> None:
        if not right:
            raise ValueError(f"{name}, line {at}: {why}")

    lessons: dict[str, list] = {}  # by lesson: each question's line, kind, text, and its options [line, option, words]
    asked: list = []
    for at, line in enumerate(text.splitlines(), 1):
        found = [(kind, each.groups()) for kind, form in LINES.items() if (each := re.fullmatch(form, line.rstrip()))]
        if not line.strip() or not (lessons or line.startswith("## ")):  # the file's head is for its reader
            continue
        check(bool(found), at, KNOWN)
        ((kind, words),) = found
        if kind == "lesson":
            check(words[0] not in lessons, at, f"the lesson {words[0]} stands above already")
            asked = lessons[words[0]] = []
        elif kind == "question":
            check(words[0] == "Quiz" or all(each[1] == "Quiz" for each in asked), at, "a lesson has one prediction")
            asked.append((at, *words, []))
        elif kind == "option":
            check(bool(asked), at, "an option before its question")
            check(all(words[0] != option for _, option, _ in asked[-1][3]), at, "this option stands above already")
            asked[-1][3].append([at, words[0], ""])
        else:
            check(bool(asked and asked[-1][3]), at, "words before their option")
            asked[-1][3][-1][2] = f"{asked[-1][3][-1][2]} {words[0]}".strip()
    for where, _, _, options in (question for each in lessons.values() for question in each):
        check(len(options) >= 2, where, "a question has two options or more")
        for at, option, said in options:
            check(bool(said), at, f"nothing is said of the option {option!r}")
    made = {
        lesson: [
            (kind, Question(text, tuple((option, said) for _, option, said in options)))
            for _, kind, text, options in each
        ]
        for lesson, each in lessons.items()
    }
    predict = {lesson: question for lesson, each in made.items() for kind, question in each if kind == "Predict"}
    return predict, {lesson: tuple(each for kind, each in some if kind == "Quiz") for lesson, some in made.items()}


PREDICT, QUIZ = read(FILE.read_text(encoding="utf-8"))
