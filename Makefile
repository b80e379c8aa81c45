# make check and make test set up everything by themselves; PYTHON chooses the interpreter (3.10 to 3.13).
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
INPUTS := setup.cfg pyproject.toml constraints.txt

.PHONY: bench check fuzz test test-tf1 lint tensorboard tours screenshots data locale clean

check: .venv/installed
	-.ci/apt-install bubblewrap
	$(BIN)/python -m checker

# Three at a time on two cores: pages, servers and disks are waited for.
test: .venv/installed-test
	-.ci/apt-install bubblewrap chromium
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m checker.selftest
	$(BIN)/python -m checker.selftest --pack tests/packs/formulas

# Every script on TensorFlow 2.21 and on 1.15.5, which needs a Python 3.7: PYTHON37=/path/of/python3.7 names one.
# ONLY='ex04 or line' chooses some, as pytest -k does.
test-tf1: .venv/installed-test .venv-tf1/installed
	-.ci/apt-install bubblewrap
	SUITE_TF1_PYTHON=.venv-tf1/bin/python $(BIN)/python -m pytest tests/tensorflow1 $(if $(ONLY),-k '$(ONLY)')

lint: .venv/installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-bench
	-.ci/apt-install bubblewrap
	$(BIN)/python -m tests.bench

# Ten minutes for each reader of files.
fuzz: .venv/installed-fuzz
	$(BIN)/python -m tests.fuzz

tensorboard: .venv/installed
	$(BIN)/tensorboard --logdir logdir

# The log lines of TensorFlow are shown only when a script fails.
tours: .venv/installed
	@log=$$(mktemp) && trap 'rm -f "$$log"' EXIT && \
	run() { echo "$$1"; TF_CPP_MIN_LOG_LEVEL=3 MPLBACKEND=agg $(BIN)/python "$$1" 2>"$$log" || { cat "$$log" >&2; exit 1; }; } && \
	for number in 01 02 03 04 05 06; do \
	  ls logdir/ex$$number/saved/model.ckpt*.index >/dev/null 2>&1 || run exercises/ex$$number.py; \
	  for tour in exercises/tours/ex$$number*.py; do run "$$tour"; done; \
	done

# The pictures of the documents; what has not been run yet is run first.
screenshots: .venv/installed-test
	-.ci/apt-install chromium
	$(BIN)/python -m tests.screenshots

# After a change of a text: new ones come into the .po files without a translation, and the .mo files are made of them.
locale: .venv/installed-test
	pot=$$(mktemp) && trap 'rm -f "$$pot"' EXIT && \
	$(BIN)/pybabel -q extract -F babel.cfg --no-default-keywords -k _ -k plural:1,2 --no-location --sort-output -o "$$pot" checker && \
	$(BIN)/pybabel -q update --domain checker --input-file "$$pot" --output-dir checker/locale --no-fuzzy-matching \
	  --ignore-obsolete --ignore-pot-creation-date --width 125 && \
	$(BIN)/pybabel -q compile --domain checker --directory checker/locale

data: .venv/installed
	$(BIN)/python -m checker data --full

clean:
	rm -rf .venv .venv-tf1 build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find logdir -mindepth 1 ! -name .gitkeep -delete

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "$$($(PYTHON) --version) is not supported: make PYTHON=python3.12, with any Python from 3.10 to 3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/apt-install python3-venv
	$(PYTHON) -m venv .venv

.venv/installed: $(INPUTS) | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/installed-test: $(INPUTS) | .venv/bin/python
	$(PIP) --editable '.[test,cluster]'
	@touch $@ .venv/installed

.venv/installed-bench: $(INPUTS) | .venv/bin/python
	$(PIP) --editable '.[bench]'
	@touch $@ .venv/installed

.venv/installed-fuzz: $(INPUTS) | .venv/bin/python
	$(PIP) --editable '.[test,fuzz]'
	@touch $@ .venv/installed-test .venv/installed

.venv/installed-lint: $(INPUTS) | .venv/bin/python
	$(PIP) --editable '.[lint]'
	@touch $@ .venv/installed

.venv-tf1/installed: constraints-tf1.txt
	python37=$$(.ci/find-python3.7) && $$python37 -m venv --clear .venv-tf1
	.venv-tf1/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement constraints-tf1.txt
	@touch $@
