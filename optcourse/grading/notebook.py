"""What a class handed in: whose file it is, which exercises it answers, and the lines of code that each answer hangs on.

A notebook is read here and never run. An answer is the function that a cell hands to ``check``, or that has an exercise's
name. With it go the statements that bind what it uses, and what these use, and so on: imports, constants, other functions.
The rest of the notebook may loop, install, print or leave as it likes.
"""

import ast
import builtins
import itertools
import json
import os
import pathlib
import re
import symtable
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..exercises.check import EXERCISES
from ..exercises.worker import TREE

LARGEST, LONGEST, MOST = 100 << 20, 1 << 20, 5000  # bytes of a notebook, characters of its code, statements
CANDIDATES = 8  # of one exercise in one notebook: the last ones
NO_STUDENTS = ("__MACOSX", ".ipynb_checkpoints")
TIMERS = r"%%(time|timeit|capture|prun)\b"  # cell magics whose cell is Python
SURE = (
    ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Assign
)  # not a loop, an if
KINDS = {kind.__name__: name for name, kind in EXERCISES.items()}


class Unreadable(ValueError):
    """Why a file cannot be marked."""


@dataclass(frozen=True)
class Answer:
    """One answer: an expression for the function, and the statements it hangs on, each as (cell, its source, place in it).

    Or ``problem``: why there is no function.
    """

    wanted: str = ""
    parts: tuple[tuple[str, str, int], ...] = ()
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
    return {CLASS} | {_common(*pair) for pair in pairs}


def _common(one: Place, other: Place) -> Place:
    """The deepest folder that two places are in."""
    return tuple(
        name for name, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    )


def doubts(held: Mapping[pathlib.Path, Collection[str]], shared: Collection[Place]) -> Iterator[str]:
    """Where it is not certain whose a notebook is, and what it is taken for."""
    owned: dict[str, list[pathlib.Path]] = defaultdict(list)
    for path in held:
        owned[student_of(path, shared)].append(path)
    for place in sorted(set(shared) - {CLASS}):
        inside = [who for who, paths in owned.items() if any(place_of(path)[: len(place)] == place for path in paths)]
        yield (
            f"{'/'.join(place)} has the same notebook or exercise in several places, so each place counts as a student: "
            f"{', '.join(inside)}. If all are one student's, leave only one there."
        )
    for who, paths in owned.items():
        if twice := [name for name in EXERCISES if sum(name in held[path] for path in paths) > 1]:
            yield (
                f"{who} has several notebooks that answer {', '.join(twice)}, and the best answer counts. "
                "If they are not one student's, give each student a folder."
            )
    if spread := [who for who, paths in owned.items() if _apart({place_of(path) for path in paths})]:
        yield f"these students have notebooks in several folders, and each counts as one student: {', '.join(spread)}"


def _apart(places: Collection[Place]) -> bool:
    """Whether two folders are side by side, and not one in the other."""
    return any(other[: len(one)] != one for one, other in itertools.pairwise(sorted(places)))


def content(path: pathlib.Path) -> bytes:
    """A file's bytes; Unreadable if it is no file, or too large."""
    try:
        if not path.is_file():
            raise Unreadable("a link that leads nowhere" if path.is_symlink() else "no file")
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"larger than {LARGEST >> 20} MB: clear its outputs")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"the file cannot be read ({error.strerror})") from None


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
            self.problem = f"cell {self.number} is no Python: {error}"

    def parsed(self) -> ast.Module:
        """As Python, or, failing that, as IPython's dialect; then ``source`` is what IPython makes of it."""
        try:
            return compile(self.source, "cell", "exec", TREE)
        except SyntaxError as error:
            first, newline, rest = self.source.partition("\n")
            dialect = newline + rest if re.match(TIMERS, first) else self.source
            if not re.search(r"(?m)^\s*[%!?]|\?\s*$|=\s*[%!]", dialect) and dialect == self.source:
                raise
            from IPython.core.inputtransformer2 import TransformerManager

            blank = len(dialect) - len(dialect.lstrip("\n"))
            try:
                self.source = "\n" * blank + TransformerManager().transform_cell(dialect)
            except Exception:  # IPython's own, at code that nobody can read
                raise error from None
            return compile(self.source, "cell", "exec", TREE)


def cells(data: bytes) -> list[Cell]:
    """A notebook's cells of code; Unreadable, in words, if it is none. What a cell lacks is empty."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:100]:
        raise Unreadable("this notebook is in UTF-16: save it in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"this notebook is not in UTF-8: byte {error.start}") from None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        if merge := re.search(r"(?m)^(<<<<<<<|=======|>>>>>>>)", text):
            at = text.count("\n", 0, merge.start()) + 1
            raise Unreadable(
                f"this notebook holds marks of a merge ({merge[1]} in line {at}): choose one side"
            ) from None
        raise Unreadable("this is no notebook: it is not JSON, or it is cut off") from None
    found: Any = notebook.get("cells") if isinstance(notebook, dict) else None
    if found is None and isinstance(notebook, dict):  # as before 2015
        sheets = notebook.get("worksheets")
        found = [cell for sheet in sheets for cell in sheet.get("cells", [])] if isinstance(sheets, list) else None
    if not isinstance(found, list):
        raise Unreadable("this is no notebook: it has no cells")
    sources = {
        number: (str(cell.get("id", "")), _source(cell)) for number, cell in enumerate(found, 1) if _is_code(cell)
    }
    if sum(len(source) for _, source in sources.values()) > LONGEST:
        raise Unreadable(f"this notebook holds more than {LONGEST:,} characters of code")
    return [Cell(number, *each) for number, each in sources.items()]


def _is_code(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type", "code") == "code"


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(each for each in source if isinstance(each, str))
    return source if isinstance(source, str) else ""


# ---- statements, and what they hang on ----


@dataclass
class Statement:
    """A statement at the top of a cell, and the global names that it binds, alters and uses.

    A cell that is no Python is one statement, without a node, that binds what it seems to: whoever needs that hears why it is
    not there.
    """

    cell: Cell
    place: int
    node: ast.stmt | None
    binds: set[str] = field(default_factory=set)
    alters: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    imports: bool = False
    is_star: bool = False  # from … import *, but not the course's own names

    def __post_init__(self) -> None:
        if self.node is None:
            self.binds = set(re.findall(r"(?m)^ *(?:def |class )?(\w+) *[=(]", self.cell.source))
            return
        try:
            self.binds, self.uses = names(ast.unparse(self.node))
        except RecursionError:  # a sum of some thousand terms is nothing that an answer hangs on
            return
        if isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.uses.discard(self.node.name)
        self.imports = isinstance(self.node, ast.Import | ast.ImportFrom)
        if isinstance(self.node, ast.ImportFrom) and self.node.names[0].name == "*":
            self.is_star = not (self.node.module or "").startswith("optcourse")
        self.alters = set(_altered(self.node))


def names(source: str) -> tuple[set[str], set[str]]:
    """The global names that code binds, and those that it uses, in its functions too."""
    top = symtable.symtable(source, "cell", "exec")
    made = {each.get_name() for each in top.get_symbols() if each.is_assigned() or each.is_imported()}
    used = {each.get_name() for each in top.get_symbols() if each.is_referenced()}
    inner = list(top.get_children())
    for scope in inner:
        inner += scope.get_children()
        used |= {each.get_name() for each in scope.get_symbols() if each.is_global()}
    return made, used


def _altered(node: ast.stmt) -> Iterator[str]:
    """The names whose objects a statement changes: ``a.b = …``, ``a[0] = …``, ``a.append(…)``."""
    changed = [*getattr(node, "targets", []), getattr(node, "target", None)]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        changed = [node.value.func]
    for each in changed:
        inside = each
        while isinstance(inside, ast.Attribute | ast.Subscript):
            inside = inside.value
        if isinstance(inside, ast.Name) and inside is not each:
            yield inside.id


def dependencies(statements: Sequence[Statement], wanted: set[str], before: int) -> list[Statement]:
    """The statements that bind or alter these names before a place, and what they use in turn, in the notebook's order.

    A name that none of them binds is looked for below, as in a notebook whose cells were run in another order; one that nothing
    binds may come from any ``from … import *``.
    """
    stars = {at for at, each in enumerate(statements) if each.is_star}
    imported = {name for each in statements if each.imports for name in each.binds}
    chosen: set[int] = set()
    todo = {(name, before) for name in wanted}
    seen = set(todo)
    while todo:
        name, place = todo.pop()
        found = binders(statements[:place], name, name not in imported) or binders(statements, name, False)
        if not found and not hasattr(builtins, name):
            found = stars
        chosen |= found
        # the names in a line are looked up when it runs, those in a function when it is called
        new = {(used, when) for at in found for used in statements[at].uses for when in (at, place)} - seen
        todo |= new
        seen |= new
    return [statements[at] for at in sorted(chosen)]


def binders(statements: Sequence[Statement], name: str, altered: bool) -> set[int]:
    """The places of the statements that make a name what it is at the end; with ``altered``, of those too that change its object."""
    found, bound = set(), False
    for at in reversed(range(len(statements))):
        each = statements[at]
        if name in each.binds or (altered and name in each.alters):
            found.add(at)
        if name in each.binds:
            bound = True
            if isinstance(each.node, SURE):
                break
    return found if bound else set()


# ---- the answers ----


def answers_in(data: bytes) -> dict[str, list[Answer]]:
    """Of each exercise that a notebook holds, its answers in the notebook's order; Unreadable if it is no notebook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in a text is the student's business
        return _answers_in(cells(data))


def _answers_in(code: Sequence[Cell]) -> dict[str, list[Answer]]:
    bodies = [(cell, cell.tree.body if cell.tree else [None]) for cell in code]
    if sum(len(body) for _, body in bodies) > MOST:
        raise Unreadable(f"this notebook holds more than {MOST:,} statements")
    statements = [Statement(cell, *each) for cell, body in bodies for each in enumerate(body)]
    found: dict[str, list[Answer]] = {}
    given: dict[str, set[str]] = {}  # the names of functions that are checked, with their exercises
    calls = list(_calls(statements))
    for name, function, _ in calls:
        given.setdefault(ast.unparse(function), set()).add(name)
    for name, function, at in calls:
        found.setdefault(name, []).append(_answer(statements, function, at))
    for at, each in enumerate(statements):
        for name in _defined(each):
            if given.get(name, {name}) >= {name}:
                found.setdefault(name, []).append(_answer(statements, ast.Name(name), at + 1))
    for cell in code:
        if own := _exercise_of(cell):
            said = cell.problem or f"cell {cell.number} holds no function that is handed to check"
            found.setdefault(own, [Answer(problem=said)])
            if cell.problem:
                found[own].append(Answer(problem=cell.problem))
    return {name: list(dict.fromkeys(found[name]))[-CANDIDATES:] for name in EXERCISES if name in found}


def _answer(statements: Sequence[Statement], function: ast.expr, before: int) -> Answer:
    wanted = ast.unparse(function)
    parts = dependencies(statements, names(wanted)[1], before)
    return Answer(wanted, tuple((f"cell {each.cell.number}", each.cell.source, each.place) for each in parts))


def _calls(statements: Sequence[Statement]) -> Iterator[tuple[str, ast.expr, int]]:
    """Each ``check(function, Method)``: the exercise, the function, and the statement's place."""
    known = {
        alias.asname or alias.name: alias.name
        for each in statements
        if isinstance(each.node, ast.ImportFrom)
        for alias in each.node.names
    }
    for at, each in enumerate(statements):
        for call in ast.walk(each.node) if each.node else ():
            if not isinstance(call, ast.Call):
                continue
            given = [
                *call.args,
                *(keyword.value for keyword in sorted(call.keywords, key=lambda one: one.arg == "kind")),
            ]
            called, *rest = (known.get(last, last) for last in map(_last, (call.func, *given[1:2])))
            if called == "check" and rest and rest[0] in KINDS:
                yield KINDS[rest[0]], given[0], at


def _last(node: ast.expr) -> str:
    """The last part of a dotted name, or nothing."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _defined(statement: Statement) -> Iterator[str]:
    """The exercises whose names a statement gives to a function."""
    node = statement.node
    if isinstance(node, ast.FunctionDef) and node.name in EXERCISES:
        yield node.name
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        yield from (each.id for each in node.targets if isinstance(each, ast.Name) and each.id in EXERCISES)


def _exercise_of(cell: Cell) -> str:
    """The exercise of a cell by its id, or, where its code cannot be read, by what stands in it; or nothing."""
    for name in EXERCISES:
        if cell.id == f"exercise-{name.replace('_', '-')}":
            return name
    if cell.tree is None:
        for kind, name in KINDS.items():
            if re.search(rf"\bcheck\(.*\b{kind}\b|\bdef {name}\b", cell.source):
                return name
    return ""
