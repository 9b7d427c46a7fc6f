# The routines of this project, one word each. `make run` and `make test` need Python 3.11 or later, nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check lint types bench soak docs sheets screens clean

run: .venv/installed ## Make the pictures of the example week with the simulator; costs nothing
	$(BIN)/python -m pipeline run configs/week12.yaml --provider simulator

test: .venv/tested ## Run all tests, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term

check: lint types test ## Everything that must hold before a commit

lint: .venv/tested ## Style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/tested ## Types, strict, source and tests
	$(BIN)/mypy

bench: .venv/benched ## Measure the ratios that docs/benchmarks.md records
	$(BIN)/python -m pytest tests/benchmarks -m benchmark -n 0 -s

soak: .venv/tested ## The long campaign: kills, stops and faults, some ten minutes
	$(BIN)/python -m pytest tests/campaign -m soak -n 0 -s

docs: .venv/tested ## Write again what a program writes: README's commands, schemas
	$(BIN)/python -m tests.write_docs

sheets: .venv/tested ## Draw the contact sheets of covers in docs/
	$(BIN)/python -m tests.write_sheets

screens: .venv/tested ## Take the screenshots of the review page in docs/ (needs Chromium)
	$(BIN)/python -m tests.write_screens

clean: ## Remove the environment and what tools left; never data/ or output/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage .coverage.* build dist

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make run PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --editable ".[fast]" \
		|| echo "no wheel of the faster resampler fits this machine: Pillow's is used"
	touch $@

.venv/tested: pyproject.toml .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	touch $@

.venv/benched: pyproject.toml .venv/tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	touch $@
