"""The tests of what is not committed yet, or else of this branch: ``make check``. `make test` runs them all."""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
RULES = {  # what changed: which tests of the folder tests; a module's doctests come by themselves
    r"optcourse/mathematics/(declaration|rows|optimizers|schedules|beyond|conventions)\.py": [
        "optimizers",
        "language",
        "page",
    ],
    r"optcourse/mathematics/(language|writing|arithmetic|derivatives)\.py|tests/(language\.py|corpus\.json|js/)": [
        "language",
        "page",
        "surfaces",
    ],
    r"optcourse/live/(parse|tokens|symbols|derive|surfaces|rows|runs|flat|typeset|language)\.js": ["language", "page"],
    r"optcourse/mathematics/arguments\.py": ["arguments"],
    r"optcourse/mathematics/libraries|tools/(oracle|fed)": ["oracle"],
    r"optcourse/mathematics/surfaces\.py": ["surfaces", "trajectory"],
    r"optcourse/mathematics/trajectory\.py": ["trajectory", "optimizers", "verdicts"],
    r"optcourse/mathematics/verdicts\.py": ["verdicts", "trajectory", "lessons"],
    r"optcourse/mathematics/(training|contest)\.py|tools/contest": ["training", "trainers", "contest"],
    r"optcourse/(pictures|live)/.*\.py": ["explorers", "trainers", "looks"],
    r"optcourse/live/.*\.(js|css)": ["stage", "widget"],
    r"optcourse/live/(network|random|training|sampled)\.js|tests/network\.py": ["trainers", "page"],
    r"optcourse/(learning/|mark\.py)": ["exercises", "mark", "language"],
    r"optcourse/web/(answer|judge)\.js": ["language"],
    r"optcourse/web/(?!answer|judge)": ["site", "firefox"],
    r"tests/firefox\.py": ["firefox"],
    r"tools/(solutions|elsewhere)\.py": ["solutions", "elsewhere"],
    r"tests/wrong_answers\.py": ["exercises", "language", "site"],
    r"tests/(browser|conftest)\.py": ["browser", "page", "site"],
    r"optcourse/__init__\.pyi?$": ["types"],
    r"optcourse/__init__\.py$|optcourse/learning/questions|notebooks/|images/|\w+\.(md|toml|yml)|tools/": [
        "project",
        "lessons",
    ],
}
HEAVY = "every_lesson every_surface every_explorer_moves asks_nobody test_lesson browser jupyterlab images axe laboratory own_rows valley"
LIGHT = f"not ({' or '.join(HEAVY.split())}) or 00_welcome"  # of all lessons, the first

WITHOUT_NBVAL = ["-p", "no:nbval", "-o", "addopts=--doctest-modules --strict-markers"]  # it takes seconds to load


def git(*words: str) -> list[str]:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()


def changed() -> list[str]:
    """Paths that differ from the last commit; if none does, from where this branch left main."""
    paths = [*git("diff", "--name-only", "HEAD"), *git("ls-files", "--others", "--exclude-standard")]
    paths = paths or git("diff", "--name-only", *git("merge-base", "HEAD", "main"), "HEAD")
    return sorted(path for path in paths if (ROOT / path).exists())


def tests_of(path: str) -> list[str]:
    """What pytest is given for one changed path."""
    found = [f"tests/test_{name}.py" for pattern, names in RULES.items() if re.match(pattern, path) for name in names]
    own = re.fullmatch(r"optcourse/.*\.py|tests/test_\w+\.py", path)
    return [*found, path] if own else found


def main() -> int:
    paths = changed()
    python = sorted({place for path in paths for place in tests_of(path) if (ROOT / place).exists()})
    lessons = [path for path in paths if re.fullmatch(r"notebooks/\w+\.ipynb", path)]
    pages = [
        place
        for place in python
        if place.removeprefix("tests/test_") in ("browser.py", "firefox.py", "page.py", "site.py", "stage.py")
    ]  # Playwright wants a process of its own
    python = [place for place in python if place not in pages]
    calls = [["--dist", "worksteal", *WITHOUT_NBVAL, "-k", LIGHT, *places] for places in (python, pages) if places]
    calls += [["--dist", "loadscope", "--nbval", "--nbval-current-env", *lessons]] if lessons else []
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    codes = [0]
    for arguments in calls:
        print("pytest", *arguments, flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *arguments]
        codes.append(subprocess.run(command, cwd=ROOT, env=environment).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
