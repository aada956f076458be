# Two commands are all a newcomer needs: `make demo` and `make test`.
# Everything is installed into .venv; nothing else on the machine is touched.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
DEMO := examples/NCT04971980.unlabelled-page.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check bench agreement eval-criteria eval-readers fuzz soak fix lock docs clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "trialwright needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Install a later one, then name it: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python has no venv module, which is needed to install trialwright apart from the system."; \
	  echo "On Debian or Ubuntu: sudo apt-get install python3-venv    On Fedora: it comes with python3"; exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.python requirements/run.txt pyproject.toml
	@echo "Installing trialwright and what it needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@echo "Installing what the tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: .venv/.run ## install, run the main job on a bundled example, say which file to open
	@$(BIN)/trialwright run $(DEMO) -o out/demo --force
	@echo "In a browser: file://$(CURDIR)/out/demo/report.html"

test: .venv/.dev ## install what tests need and run them
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

check: .venv/.dev ## lint, types, floors, documentation: what CI runs beside the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python docs/build_messages.py --check
	@$(BIN)/python docs/build_reference.py --check
	@$(BIN)/python docs/build_renderings.py --check
	@$(BIN)/python docs/build_lint_rules.py --check
	@$(BIN)/python docs/build_requirements.py --check
	@$(BIN)/python docs/build_conduct.py --check
	@$(BIN)/python -m pytest -q --doctest-modules src/trialwright
	@$(BIN)/python tests/repository_rules.py

bench: .venv/.dev ## measure speed and memory; prints each figure beside its aim
	@$(BIN)/python -m benchmarks

agreement: .venv/.dev ## run the comparisons with other programs; prints the differences measured
	@$(BIN)/python -m benchmarks.agreement

eval-criteria: .venv/.dev ## score the criteria compiler on annotated lines: recall and precision by role and section
	@$(BIN)/python -m benchmarks.eval_criteria

eval-readers: .venv/.dev ## render records in every layout, read them back, print what was recovered
	@$(BIN)/python -m benchmarks.eval_readers

fuzz: .venv/.dev ## feed changed records to every reader for half an hour; prints what raised
	@$(BIN)/python -m benchmarks.fuzz_readers --minutes 30

soak: .venv/.dev ## kill ledgers and desks at random moments, conduct many trials: the long form
	@PYTEST_DEBUG_TEMPROOT=$${TMPDIR:-/tmp} TRIALWRIGHT_KILLS=200 TRIALWRIGHT_BITS=5000 $(BIN)/python -m pytest -q tests/faults/test_ledger_kills.py \
	  tests/faults/test_desk_kills.py tests/faults/test_dying_at_every_call.py tests/faults/test_tampered_trial.py
	@TRIALWRIGHT_TRIALS=20 $(BIN)/python -m pytest -q tests/agreement/test_trial_as_a_whole.py \
	  tests/agreement/test_simulated_from_the_command_line.py

fix: .venv/.dev ## format the code and mend what can be mended by a machine
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

docs: .venv/.dev ## make the generated pages of the documentation again
	@$(BIN)/python docs/build_messages.py
	@$(BIN)/python docs/build_reference.py
	@$(BIN)/python docs/build_renderings.py
	@$(BIN)/python docs/build_lint_rules.py
	@$(BIN)/python docs/build_requirements.py
	@$(BIN)/python docs/build_conduct.py

lock: .venv/.dev ## choose the versions of all dependencies again and write their hashes
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml requirements/build.in -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev -c requirements/run.txt pyproject.toml requirements/build.in requirements/oracles.in \
	  -o requirements/dev.txt

clean: ## remove what the other commands made
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis
