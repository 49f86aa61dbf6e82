"""Which broken lines do the unit tests catch? ``python tools/mutants.py 12 tests/test_optimizers.py …``; not a test, and slow.

Takes N places of optcourse/**/*.py, the same ones at every call: an operator, a comparison or a number of each is changed, in
a temporary copy of the last commit (or of ``--commit``), and the named tests run over it until one fails. A mutant that
survives was not caught by *these* files; some change nothing that can be seen.
"""

import argparse
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).parent.parent
QUICK = [f"tests/test_{name}.py" for name in ("optimizers", "oracle", "surfaces", "trajectory", "verdicts", "language")]
PAIRS = [("+", "-"), ("*", "/"), ("<", "<="), (">", ">="), ("==", "!="), ("and", "or")]
SWAPPED = dict(PAIRS) | {new: old for old, new in PAIRS}


def changed(source: str) -> Iterator[tuple[int, str, str]]:
    """Each line with one token changed: its number, the whole new source and the new line, if Python can read that."""
    lines = source.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        new = f"({token.string} + 1)" if token.type == tokenize.NUMBER else SWAPPED.get(token.string)
        if new is None or token.type == tokenize.STRING:
            continue
        (row, left), (_, right), line = token.start, token.end, lines[token.start[0] - 1]
        line = f"{line[:left]}{new}{line[right:]}"
        whole = "".join([*lines[: row - 1], line, *lines[row:]])
        try:
            compile(whole, "mutant", "exec")
        except SyntaxError:  # a star that was no product
            continue
        yield row, whole, line


def chosen(tree: pathlib.Path, count: int, only: str) -> list[tuple[str, int, str, str]]:
    """The mutants of a tree in an order that a change elsewhere does not disturb: by the hash of file and new line."""
    found = {
        hashlib.sha256(f"{path.relative_to(tree)} {line}".encode()).digest(): (
            str(path.relative_to(tree)),
            row,
            whole,
            line,
        )
        for path in sorted(tree.glob(only))
        for row, whole, line in changed(path.read_text(encoding="utf-8"))
    }
    return [found[key] for key in sorted(found)[:count]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=40)
    parser.add_argument("tests", nargs="*", default=QUICK)
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--only", default="optcourse/**/*.py", help="a pattern of files")
    asked, caught = parser.parse_args(), 0
    with tempfile.TemporaryDirectory() as home:
        archive = subprocess.run(["git", "archive", asked.commit], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["tar", "-x", "-C", home], input=archive, check=True)
        tree = pathlib.Path(home)
        environment = {**os.environ, "PYTHONPATH": home, "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "-p", "no:cacheprovider", *asked.tests]

        def red() -> bool:
            return subprocess.run(command, cwd=tree, env=environment, capture_output=True).returncode != 0

        if red():
            sys.exit("these tests fail before anything is broken")
        for name, row, whole, line in chosen(tree, asked.count, asked.only):
            kept = (tree / name).read_text(encoding="utf-8")
            (tree / name).write_text(whole, encoding="utf-8")
            found = red()
            caught += found
            (tree / name).write_text(kept, encoding="utf-8")
            print(f"{'caught' if found else 'SURVIVED':9}{name}:{row}: {line.strip()}", flush=True)
    print(f"{caught} of {asked.count} caught by {' '.join(asked.tests)}")


if __name__ == "__main__":
    main()
