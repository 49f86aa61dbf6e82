# The whole set-up: `make lab` opens the course, `make test` checks it. Each makes .venv if it is missing.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: lab test lint unit notebooks solutions outputs images experiments bench clean
.DELETE_ON_ERROR:

lab: .venv/installed
	$(BIN)/jupyter lab $(if $(FAST),--config=.jupyter/nodelay.py) notebooks/00_welcome.ipynb

.venv/installed: pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'optcourse needs Python 3.11 or newer; try: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

test: lint unit notebooks

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

unit: .venv/tested
	$(BIN)/python -m pytest -n 2 --dist worksteal optcourse tests --ignore=tests/test_browser.py
	$(BIN)/python -m pytest tests/test_browser.py

# solved lessons for teachers, in notebooks/solutions
solutions: .venv/tested
	$(BIN)/python tests/solutions.py

notebooks: .venv/tested solutions
	$(BIN)/python -m pytest -n 2 --dist loadscope --nbval --nbval-current-env notebooks

# after a change of a notebook or of the package: run every notebook and keep its outputs
outputs: .venv/tested
	$(BIN)/python tests/solutions.py cells
	$(BIN)/python tests/outputs.py notebooks

images: .venv/installed
	$(BIN)/python -m optcourse.images images

# the comparisons on real data: lessons 2, 5, 8 and 9 with their numbers, and the pictures; about a minute
experiments: .venv/tested images
	$(BIN)/python tests/outputs.py $(foreach lesson,02 05 08 09,$(wildcard notebooks/$(lesson)_*.ipynb))

# how fast is a slider: needs Chromium, takes about five minutes
bench: .venv/tested
	$(BIN)/python -m pip install --quiet ipympl pillow
	$(BIN)/python tests/bench.py

clean:
	rm -rf .venv
