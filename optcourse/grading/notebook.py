"""What a class handed in: whose file it is, which exercises it answers, and the statements that run for each answer.

A notebook is read here and never run. An answer is the function that a cell hands to ``check``, or that has an exercise's
name. With it go the notebook's imports, its functions and classes, and its simple assignments (:func:`is_simple`).
The rest of the notebook may loop, install, print or exit, because it does not run.
"""

import ast
import itertools
import json
import os
import pathlib
import re
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..exercises.check import EXERCISES
from ..exercises.worker import TREE

LARGEST, LONGEST, MOST = 100 << 20, 1 << 20, 5000  # bytes of a notebook, characters of its code, statements
CANDIDATES = 8  # of one exercise in one notebook: the last ones
NO_STUDENTS = ("__MACOSX", ".ipynb_checkpoints")
TIMERS = r"%%(time|timeit|capture|prun)\b"  # cell magics whose cell is Python
IMPORT, DEFINITION = ast.Import | ast.ImportFrom, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
ASSIGNMENT, LOOP = ast.Assign | ast.AnnAssign | ast.AugAssign, ast.comprehension | ast.Await
QUICK = ("builtins", "collections", "functools", "math", "numpy", "operator")  # modules that an assignment may call
Imports = dict[
    str, tuple[str, str]
]  # by the name that a notebook gives it, what it imports: the first part of the module, the name
TYPES = ("bool", "complex", "dict", "float", "int", "list", "range", "set", "str", "tuple")  # and these of builtins
KINDS = {kind.__name__: name for name, kind in EXERCISES.items()}


class Unreadable(ValueError):
    """Why a file cannot be marked."""


@dataclass(frozen=True)
class Answer:
    """One answer: an expression for the function, and the statements that run first, each as (cell, its source, place in it).

    ``left`` has the names that the answer may use, but whose statements do not run, each with its cell. ``problem`` says why there
    is no function.
    """

    wanted: str = ""
    parts: tuple[tuple[str, str, int], ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    problem: str = ""


# ---- the files ----


Place = tuple[str, ...]  # the names on the way to a file, from the class's folder down
CLASS: Place = ()  # the place of the class's folder itself


def files(folder: pathlib.Path) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """The notebooks of a class, and all else that is there: other files, and folders."""
    notebooks, others = [], []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in NO_STUDENTS)
        others += [pathlib.Path(place, each) for each in folders if not each.startswith(".")]
        for name in sorted(names):
            path = pathlib.Path(place, name)
            if re.search(r"\.ipynb(\.|$)", name, re.IGNORECASE) and not name.startswith("._"):
                notebooks.append(path)
            elif not name.startswith("."):
                others.append(path)
    return notebooks, others


def student_of(path: pathlib.Path, shared: Collection[Place] = (CLASS,)) -> str:
    """Whose it is: the name of the first folder, or of a file that is in none; in a shared folder, the name below it as well.

    ``path`` begins in the class's folder. See :func:`shared_folders`.
    """
    place = place_of(path)
    deepest = max(len(each) for each in shared if each == place[: len(each)] and each != place)
    return "/".join(place[: deepest + 1])


def place_of(path: pathlib.Path) -> Place:
    """The names on the way to a file. Its own is one of them if it is in no folder, or if Moodle or Canvas gave it."""
    *folders, name = path.parts
    stem = re.sub(r"(?i)\.ipynb(\..*)?$", "", name)
    return tuple(map(person, [*folders, stem] if not folders or is_from_lms(stem) else folders))


def person(name: str) -> str:
    """A name of a file or folder; of those that Moodle and Canvas give, only the student's part."""
    name = _text(name)
    moodle = re.fullmatch(r"(.+_\d+)_assignsubmission_\w+?_.*", name)
    # Canvas counts far, so short numbers are no ids: hw_1_2_ann and hw_1_3_bob, 2025_01_15_eve
    canvas = re.fullmatch(r"([^_]+)(?:_LATE)?_(\d{2,})_\d{3,}_.+", name)
    return moodle[1] if moodle else f"{canvas[1]}_{canvas[2]}" if canvas else name


def is_from_lms(name: str) -> bool:
    return person(name) != _text(name)


def _text(name: str) -> str:
    """A name as text; its bytes, where it is not in UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def shared_folders(held: Mapping[pathlib.Path, Collection[str]]) -> set[Place]:
    """The folders that several students share: the class's own, and each with the same notebook or exercise in several places.

    ``held`` has each notebook, as a path that begins in the class's folder, and the exercises in it.
    """
    together: dict[str, set[Place]] = defaultdict(set)
    for path, exercises in held.items():
        for each in (path.name, *exercises):
            together[each].add(place_of(path))
    # of places in order, two neighbours part in every folder in which any two of them part
    pairs = itertools.chain(*(itertools.pairwise(sorted(places)) for places in together.values()))
    return {CLASS} | {max(one[:n] for n in range(len(one) + 1) if one[:n] == two[:n]) for one, two in pairs}


def doubts(held: Mapping[pathlib.Path, Collection[str]], shared: Collection[Place]) -> Iterator[str]:
    """Where it is not certain whose a notebook is, and what it is taken for."""
    owned: dict[str, list[pathlib.Path]] = defaultdict(list)
    for path in held:
        owned[student_of(path, shared)].append(path)
    for place in sorted(set(shared) - {CLASS}):
        inside = [who for who, paths in owned.items() if any(place_of(path)[: len(place)] == place for path in paths)]
        yield (
            f"{'/'.join(place)} has the same notebook or exercise in several places, so each place counts as a student: "
            f"{', '.join(inside)}. If they all belong to one student, keep only one of them."
        )
    for who, paths in owned.items():
        if twice := [name for name in EXERCISES if sum(name in held[path] for path in paths) > 1]:
            yield (
                f"{who} has several notebooks that answer {', '.join(twice)}, and the best answer counts. "
                "If they belong to different students, give each student a folder."
            )
    # folders side by side, and not one in the other
    pairs = {who: itertools.pairwise(sorted(set(map(place_of, paths)))) for who, paths in owned.items()}
    if spread := [who for who, found in pairs.items() if any(other[: len(one)] != one for one, other in found)]:
        yield (
            f"These students have notebooks in several folders: {', '.join(spread)}. Each counts as one student. "
            "If a folder belongs to another student, move it out."
        )


def content(path: pathlib.Path) -> bytes:
    """A file's bytes; Unreadable if it is no file, or too large."""
    try:
        if not path.is_file():
            raise Unreadable("it is not a file, or it is a link to a file that is not here: ask for the file")
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"it is larger than {LARGEST >> 20} MB: clear its outputs, and mark it again")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"it cannot be opened ({error.strerror}): check its permissions") from None


# ---- a notebook ----


@dataclass
class Cell:
    """A cell of code: its number among all cells from 1, its id, source, and syntax tree, or why it has none."""

    number: int
    id: str
    source: str
    tree: ast.Module | None = None
    problem: str = ""

    def __post_init__(self) -> None:
        try:
            tree = self.parsed()
            compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # some errors are found only here
            self.tree = tree
        except SyntaxError as error:
            lines = self.source.splitlines()
            at = error.lineno or 1
            shown = lines[at - 1].strip()[:60] if at <= len(lines) else ""
            self.problem = f"{type(error).__name__} in cell {self.number}, line {at}: {error.msg}: {shown}"
        except (ValueError, MemoryError, RecursionError) as error:  # a zero byte, a thousand parentheses
            self.problem = f"cell {self.number} cannot be read as Python: {error}"

    def parsed(self) -> ast.Module:
        """As Python, or, failing that, as IPython's dialect; then ``source`` is what IPython makes of it."""
        try:
            return compile(self.source, "cell", "exec", TREE)
        except SyntaxError as error:
            from IPython.core.inputtransformer2 import TransformerManager

            dialect = re.sub(rf"\A{TIMERS}.*", "", self.source)
            blank = len(dialect) - len(dialect.lstrip("\n"))
            try:
                self.source = "\n" * blank + TransformerManager().transform_cell(dialect)
            except Exception:  # IPython's own, at code that nobody can read
                raise error from None
            return compile(self.source, "cell", "exec", TREE)


def cells(data: bytes) -> list[Cell]:
    """A notebook's cells of code; Unreadable, in words, if it is none. What a cell lacks is empty."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:100]:
        raise Unreadable("it is saved in UTF-16, but notebooks are in UTF-8: save it in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start} is not UTF-8: ask for the file again, or save it in UTF-8") from None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        if merge := re.search(r"(?m)^(<<<<<<<|=======|>>>>>>>)", text):
            at = text.count("\n", 0, merge.start()) + 1
            raise Unreadable(f"it has marks of a Git merge ({merge[1]} in line {at}): keep one version") from None
        raise Unreadable("it is not a notebook, or only a part of one: ask for the file again") from None
    found: Any = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(found, list):
        raise Unreadable("it is not a notebook, because it has no cells: ask for the file again")
    code = [(at, each) for at, each in enumerate(found, 1) if isinstance(each, dict)]
    sources = {
        at: (str(each.get("id", "")), _source(each)) for at, each in code if each.get("cell_type", "code") == "code"
    }
    if sum(len(source) for _, source in sources.values()) > LONGEST:
        raise Unreadable(f"it has more than {LONGEST:,} characters of code: delete the cells that no answer needs")
    return [Cell(number, *each) for number, each in sources.items()]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source")
    return "".join(each for each in source if isinstance(each, str)) if isinstance(source, list | str) else ""


# ---- the statements that run ----


class Statement:
    """A statement at the top of a cell: the names that it binds or changes, those that it uses, and whether it is simple.

    A cell that is not Python has one, without a node: it binds what it seems to, so that a message can say why that is missing.
    """

    def __init__(self, cell: Cell, place: int, node: ast.stmt | None, imports: Imports):
        self.cell, self.place, self.node = cell, place, node
        seems = re.findall(r"(?m)^ *(?:def |class )?(\w+) *[=(]", cell.source)
        self.binds, self.uses = (bound(node), loaded(node)) if node else (set(seems), set())
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("optcourse"):
            self.binds.discard("*")  # it is never there, and to say so would explain nothing
        self.simple = not node or isinstance(node, IMPORT | DEFINITION) or is_simple(node, imports)

    def runs(self, asked: set[str]) -> bool:
        """Whether it runs for these names; an assignment that makes one of them runs, whatever it calls."""
        return self.simple or (isinstance(self.node, ASSIGNMENT) and not self.binds.isdisjoint(asked))


def bound(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, or whose objects it changes, as ``a.b = …`` and ``a[0] = …`` do."""
    if isinstance(statement, DEFINITION):
        return {statement.name}
    found = set()
    for each in ast.walk(statement):
        if isinstance(each, IMPORT):
            found |= {called_here(alias) for alias in each.names}
        elif isinstance(getattr(each, "ctx", None), ast.Store):
            found.add(root(each))
    return found


def loaded(node: ast.AST) -> set[str]:
    """The names in a piece of code, local ones too."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def called_here(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def root(node: ast.AST) -> str:
    """The name that an expression begins with, as np in ``np.ones(2).T[0]``; or nothing."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def is_simple(statement: ast.stmt, imports: Imports) -> bool:
    """Whether it is an assignment that ends soon: it has no loop, and calls only what comes from a QUICK module."""
    todo: list[ast.AST] = [statement]
    while todo:
        each = todo.pop()
        if isinstance(each, LOOP) or (isinstance(each, ast.Call) and imports.get(root(each), ("",))[0] not in QUICK):
            return False
        if not isinstance(each, ast.Lambda):
            todo += ast.iter_child_nodes(each)
    return isinstance(statement, ASSIGNMENT)


# ---- the answers ----


def answers_in(data: bytes) -> dict[str, list[Answer]]:
    """Of each exercise that a notebook holds, its answers in the notebook's order; Unreadable if it is no notebook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in a text is the student's business
        code = cells(data)
    bodies = [(cell, cell.tree.body if cell.tree else [None]) for cell in code]
    if sum(len(body) for _, body in bodies) > MOST:
        raise Unreadable(f"it has more than {MOST:,} statements: delete the cells that no answer needs")
    imports: Imports = {name: ("builtins", name) for name in TYPES}
    for node in [node for _, body in bodies for node in body if isinstance(node, IMPORT)]:
        for alias in node.names:
            imports[called_here(alias)] = ((getattr(node, "module", "") or alias.name).partition(".")[0], alias.name)
    statements = [Statement(cell, *each, imports) for cell, body in bodies for each in enumerate(body)]
    calls = [call for at, each in enumerate(statements) if each.node for call in _calls(each.node, at, imports)]
    given: dict[str, set[str]] = defaultdict(set)  # the names of functions that are checked, with their exercises
    for name, function, _ in calls:
        given[ast.unparse(function)].add(name)
    for at, each in enumerate(statements):
        if isinstance(each.node, ast.FunctionDef) or isinstance(getattr(each.node, "value", None), ast.Lambda):
            defined = [name for name in EXERCISES if name in each.binds and given.get(name, {name}) >= {name}]
            calls += [(name, ast.Name(name), at + 1) for name in defined]
    found: dict[str, list[Answer]] = defaultdict(list)
    for name, function, before in calls:
        found[name].append(_answer(statements, function, before))
    for cell in code:
        own = _exercise_of(cell)
        if own and (cell.problem or not found[own]):
            said = f"cell {cell.number} has no function for check: look whether the answer is in another cell"
            found[own].append(Answer(problem=cell.problem or said))
    return {name: list(dict.fromkeys(found[name]))[-CANDIDATES:] for name in EXERCISES if name in found}


def _answer(statements: Sequence[Statement], function: ast.expr, before: int) -> Answer:
    """The function as it is at this place: what is below counts only if it binds what nothing above does.

    That is for cells that were run in another order. What nothing uses could only take time and fail, so it does not run.
    """
    asked = loaded(function)
    runs = {at: each for at, each in enumerate(statements) if each.runs(asked)}
    used = asked.union({"*"}, *(each.uses for each in runs.values()))
    above = set().union(*(each.binds for at, each in runs.items() if at < before and each.node)) - {"*"}
    parts = tuple(
        (f"cell {each.cell.number}", each.cell.source, each.place)
        for at, each in runs.items()
        if each.binds & used and (at < before or not each.binds & above)
    )
    rest = [each for at, each in enumerate(statements) if at not in runs]
    left = {(name, f"cell {each.cell.number}") for each in rest for name in each.binds & used}
    return Answer(ast.unparse(function), parts, tuple(sorted(left)))


def _calls(statement: ast.stmt, at: int, imports: Imports) -> Iterator[tuple[str, ast.expr, int]]:
    """Each ``check(function, Method)`` in a statement: the exercise, the function, and the statement's place."""
    for call in ast.walk(statement):
        if isinstance(call, ast.Call):
            named = sorted(call.keywords, key=lambda each: each.arg == "kind")
            given = [*call.args, *(each.value for each in named)]
            # the last part of a dotted name
            parts = [getattr(each, "id", getattr(each, "attr", "")) for each in (call.func, *given[1:2])]
            called, *kind = [imports.get(each, ("", each))[1] for each in parts]
            if called == "check" and kind and kind[0] in KINDS:
                yield KINDS[kind[0]], given[0], at


def _exercise_of(cell: Cell) -> str:
    """The exercise of a cell by its id, or, if its code cannot be read, by what stands in it; or nothing."""
    for kind, name in KINDS.items():
        if cell.id == f"exercise-{name.replace('_', '-')}":
            return name
        if cell.tree is None and re.search(rf"\bcheck\(.*\b{kind}\b|\bdef {name}\b", cell.source):
            return name
    return ""
