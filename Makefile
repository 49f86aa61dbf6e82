# The whole set-up: `make lab` opens the course, `make test` checks it. Each makes .venv if it is missing.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: lab test check lint unit unit-python unit-browser notebooks test-elsewhere solutions outputs images experiments bench clean
.DELETE_ON_ERROR:

lab: .venv/installed
	$(BIN)/jupyter lab notebooks/00_welcome.ipynb

.venv/made:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'optcourse needs Python 3.11 or newer; try: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv .venv
	touch $@

# uv installs in ten seconds what takes pip a minute; where it cannot (a registry that only pip has been told of), pip does.
# Nothing is compiled ahead: Python compiles what it loads, when it loads it, and keeps that; most is never loaded
unexport PYTHONDONTWRITEBYTECODE
INSTALL = $(BIN)/python -m pip install --quiet uv && $(BIN)/uv pip install --quiet --python $(BIN)/python --editable "$(1)" || \
	{ echo "uv cannot install here: pip does, which takes a minute"; $(BIN)/python -m pip install --quiet --no-compile --editable "$(1)"; }

.venv/installed: .venv/made pyproject.toml
	$(call INSTALL,.)
	touch $@

.venv/tested: .venv/made pyproject.toml
	$(call INSTALL,.[test])
	touch .venv/installed $@

# everything that CI checks on one arithmetic; `make check` is the quick one, without browsers and notebooks
# JavaScript is checked where node is installed, and OPTCOURSE_NODE_REQUIRED=1 makes it a must
JS := $(if $(OPTCOURSE_NODE_REQUIRED)$(shell command -v npm),js)
test:
	@rm -f .venv/parts
	@$(PART) "set-up: .venv$(if $(JS), and the page's JavaScript meanwhile)" "about 0:20, then a few seconds" -j2 .venv/tested $(JS)
	@$(if $(JS),,echo "JavaScript is left out: there is no node")
	@$(PART) "lint: style of Python and notebooks, types of the package" "a few seconds, 0:20 the first time" lint
	@$(PART) "unit: tests of package and project" "about 1:10 on 2 cores" unit-python
	@$(PART) "browser: JupyterLab and the site in Chromium, the site in Firefox" "about 3:30" unit-browser
	@$(PART) "notebooks: every lesson against its stored outputs" "about 1:00" notebooks
	@cat .venv/parts
# one part of `make test`: what it does and how long it usually takes; then its seconds, kept for the end
PART = part() { what=$$1; printf '\n%s %s (%s) …\n' "$$(date +%H:%M)" "$$1" "$$2"; shift 2; begun=$$(date +%s); \
	$(MAKE) --no-print-directory "$$@" && said=ok || said=RED; mkdir -p .venv; \
	printf '%-3s %5d s  %s\n' $$said $$(($$(date +%s) - begun)) "$$what" | tee -a .venv/parts; [ $$said = ok ]; }; part

check: lint $(JS) unit-python

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --no-error-summary --package optcourse

# format, types and unit tests of the page's JavaScript
.PHONY: js
js: tools/node_modules
	cd tools && npm run --silent lint && npm run --silent test

tools/node_modules: tools/package.json
	cd tools && npm install --silent --no-package-lock --no-audit --no-fund
	touch $@

# one test at a time to whoever is free, the long ones first: no worker is left with them at the end
# nbval, which takes seconds to load, is left out here, and so are the options that pyproject.toml has for it
EACH := --dist load --maxschedchunk 1 -p no:nbval -o addopts="--doctest-modules --strict-markers"
IN_CHROMIUM := tests/test_browser.py tests/test_stage.py tests/test_page.py tests/test_site.py tests/test_widget.py tests/test_firefox.py
# package, project; JupyterLab and the site in Chromium. One thread of linear algebra each: two workers with more wait for one another
unit-python unit-browser notebooks experiments: export OPENBLAS_NUM_THREADS = 1
unit: unit-python unit-browser
unit-python: .venv/tested
	$(BIN)/python -m pytest -n 2 $(EACH) tests/test_mark.py tests optcourse $(foreach file,$(IN_CHROMIUM),--ignore=$(file))
unit-browser: .venv/tested
	$(BIN)/python -m pytest -n 2 $(EACH) $(IN_CHROMIUM)

# every lesson against its stored outputs, strictly
notebooks: .venv/tested
	$(BIN)/python -m pytest -n 2 --dist loadscope --nbval --nbval-current-env --ignore=notebooks/solutions notebooks

# the same under other arithmetics: kernels for older processors, one and two threads, starts moved by one unit in the
# last place, data added up in another order; QUICK=1 takes the lessons with real data and two arithmetics
test-elsewhere: .venv/tested
	$(BIN)/python tools/elsewhere.py $(if $(QUICK),--quick)

# solved lessons for teachers, in notebooks/solutions
solutions: .venv/tested
	$(BIN)/python tools/solutions.py

# after a change of a notebook or of the package: run every notebook and keep its outputs
outputs: .venv/tested
	$(BIN)/python tools/solutions.py cells
	$(BIN)/python tools/outputs.py notebooks

images: .venv/installed
	$(BIN)/python tools/images.py images

# the course as web pages, in site/; REPOSITORY=OWNER/NAME fills in the links to Binder and Colab
.venv/site: .venv/installed
	$(call INSTALL,.[site])
	touch $@

.PHONY: site
site: export OPENBLAS_NUM_THREADS = 1
site: .venv/site
	rm -rf site
	$(BIN)/python -m optcourse.site site --repository "$(REPOSITORY)"
	@if [ -f .venv/tested ]; then $(BIN)/python tools/bench.py site site; fi  # how soon each lesson moves, where there is Chromium

# the comparisons on real data: the contest of lesson 8, kept in the package, then lessons 2, 5, 8 and 9 and the pictures;
# about three quarters of an hour
experiments: .venv/tested
	$(BIN)/python tools/contest.py
	$(MAKE) images
	$(BIN)/python tools/outputs.py $(foreach lesson,02 05 08 09,$(wildcard notebooks/$(lesson)_*.ipynb))

# how fast is a slider, compared with interact: needs Chromium, takes about three minutes; AGAINST=folder measures another checkout, too
bench: .venv/tested
	$(BIN)/python tools/bench.py $(AGAINST)

clean:
	rm -rf .venv

# what PyTorch, Optax and Keras compute, stored for the tests; in an environment of its own, some 2 GB
.PHONY: oracle
oracle:
	$(PYTHON) -m venv .oracle
	.oracle/bin/python -m pip install --quiet --editable ".[oracle]"
	.oracle/bin/python tools/oracle.py
	.oracle/bin/python tools/library_gaps.py

# the lowest versions that pyproject.toml allows: unit tests and one lesson; the images are those of the newest matplotlib
LOWEST := import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	print(*[each.replace(">=", "==") for each in [*p["dependencies"], *p["optional-dependencies"]["test"]]], sep="\n")
.PHONY: test-lowest
test-lowest: export OPENBLAS_NUM_THREADS = 1
test-lowest:
	python3.11 -m venv .lowest
	.lowest/bin/python -c '$(LOWEST)' > .lowest/versions.txt
	echo "pyparsing<3.3" >> .lowest/versions.txt  # of matplotlib 3.9's time: later ones warn of what it calls
	.lowest/bin/python -m pip install --quiet --requirement .lowest/versions.txt --editable .
	.lowest/bin/python -m pytest -n 2 --dist worksteal optcourse tests $(foreach file,$(IN_CHROMIUM),--ignore=$(file)) -k "not images_are"
	.lowest/bin/python -m pytest tests/test_page.py
	.lowest/bin/python -m pytest --nbval --nbval-current-env notebooks/03_momentum.ipynb
