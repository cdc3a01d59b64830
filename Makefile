# Two commands for a newcomer: `make demo` and `make test`. Each makes .venv and installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Tests start the program a hundred times: it is compiled once, whatever the machine's habit is.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-batch docs wheel lowest newest coverage test-bluez check fuzz mutants soak bench live speed batch revalidate picture axe clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(VENV)/.installed-demo: pyproject.toml
	@echo "Installing runtall into $(VENV), with what it needs and nothing else:"
	@sed -n '/^dependencies = \[/,/^\]/s/^ *"\(.*\)",$$/  \1/p' pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --editable .
	touch $@

demo: $(VENV)/.installed-demo  ## A virtual runner, recorded and reported: see it work without a sensor
	$(BIN)/runtall demo

test: check  ## Everything a change must pass: style, types, tests
	$(BIN)/python -m pytest -n 2 --dist worksteal tests

# Dated as the last commit, so that whoever builds it from there gets the same bytes.
wheel: $(VENV)/.installed-demo  ## sdist and wheel, to install or hand on: dist/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --outdir dist .

lowest:  ## Unit tests and demo with the lowest versions that pyproject.toml declares (PYTHON=… chooses one)
	PYTHON=$(PYTHON) .ci/dependencies lowest

newest:  ## The same with the newest versions there are
	PYTHON=$(PYTHON) .ci/dependencies newest

coverage: $(VENV)/.installed  ## Which lines and branches the unit tests reach; fails below 90 %
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90 tests/unit

test-bluez:  ## Record over the real Bluetooth stack, in a small virtual machine (Debian, root)
	PYTHON=$(PYTHON) tests/bluez/run.sh

check: $(VENV)/.installed  ## Style and types only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(VENV)/.installed-fuzz: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[fuzz]"
	touch $@

FUZZ_SECONDS ?= 8
fuzz: $(VENV)/.installed-fuzz  ## Hostile packets and files for every decoder, FUZZ_SECONDS each
	$(BIN)/python -m tests.fuzz.run --seconds $(FUZZ_SECONDS)

MUTANTS ?= 200
MUTANTS_SEED ?= 1
MUTANTS_OF ?=
mutants: $(VENV)/.installed  ## Small slips in the stages, and whether their tests notice: writes tests/mutants/RESULTS.md
	$(BIN)/python -m tests.mutants.run --count $(MUTANTS) --seed $(MUTANTS_SEED) $(MUTANTS_OF)

$(VENV)/.installed-bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]"
	touch $@

bench: $(VENV)/.installed-bench speed  ## Accuracy beside other filters, verdicts, speed: writes tests/bench/RESULTS.md, VERDICTS.md, HILLS.md, COMPARISONS.md, CUES.md, SPEED.md
	$(BIN)/python -m tests.bench.run_bench
	$(BIN)/python -m tests.bench.verdicts.hills
	$(BIN)/python -m tests.bench.comparisons
	$(BIN)/python -m tests.bench.cues

live: $(VENV)/.installed  ## Posture live beside the report, six hours on end: writes tests/bench/LIVE.md, LIVE_SOAK.md
	$(BIN)/python -m tests.bench.live
	$(BIN)/python -m tests.bench.live_soak

speed: $(VENV)/.installed  ## What a runner waits for, beside what was aimed at: writes tests/bench/SPEED.md
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.bench.speed

revalidate: $(VENV)/.installed  ## Accuracy on recordings of others: writes tests/bench/REVALIDATION.md and tests/bench/validation/
	$(BIN)/python -m tests.bench.revalidate
	$(BIN)/python -m tests.bench.validation_pages

$(VENV)-batch/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)-batch
	$(VENV)-batch/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[dev,batch-tests]"
	touch $@

test-batch: $(VENV)-batch/.installed  ## Tests of batches and their data set; in .venv-batch, for Parquet slows every start
	$(VENV)-batch/bin/python -m pytest -n 2 tests/unit/analysis/batch tests/unit/analysis/export/test_parquet.py tests/integration/test_batch_processes.py tests/integration/test_batch_on_cluster.py

$(VENV)-docs/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[docs]"
	touch $@

docs: $(VENV)-docs/.installed  ## The site, its examples run: build/docs; without a network, warnings are errors
	$(VENV)-docs/bin/python -m sphinx -q -W --keep-going -c docs -d build/doctrees . build/docs
	@echo "build/docs/index.html"

batch: $(VENV)-batch/.installed  ## 1,000 sessions by one worker and by two: writes tests/bench/BATCH.md
	$(VENV)-batch/bin/python -m tests.bench.batch

soak: $(VENV)/.installed  ## Eight virtual hours, five sensors, hundreds of faults: writes tests/bench/SOAK.md
	$(BIN)/python -m tests.bench.soak

picture: $(VENV)/.installed  ## Take the README's picture of the demo's report (needs Chromium)
	$(BIN)/python -m tests.bench.demo_picture

axe: $(VENV)/.installed  ## Fetch axe-core, the rules of accessibility for the browser tests (needs npm)
	npm install --prefix tests/support/axe --no-audit --no-fund --no-package-lock

clean:  ## Remove what make made
	rm -rf $(VENV) $(VENV)-batch $(VENV)-docs dist build docs/gallery .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
