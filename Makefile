# Needs make, git and Python 3.11 or newer with venv; `make mermaid` also needs Node.js with npm.
# Everything else is set up in .venv, from the hashed lock, on first use.

PYTHON ?= python3
BRIEF ?= examples/clinic-appointments.md
OUT ?=
export BRIEF OUT

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup plan test check bench outputs excerpt mermaid lock clean
.DELETE_ON_ERROR:

help: ## Show what can be made.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(READY) ## Make .venv with the locked dependencies.

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "the venv module is needed (on Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "setting up $(VENV): a minute, once"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

plan: $(READY) ## Plan a brief: make plan BRIEF=path/to/brief.md [OUT=folder]; without BRIEF, an example.
	@out="$${OUT:-plans/$$(basename "$$BRIEF" .md)}" && $(BIN)/backend-architect plan "$$BRIEF" -o "$$out"

test: $(READY) ## Run the tests.
	@$(BIN)/python -m pytest -q -n logical $(ARGS)

check: $(READY) ## Run ruff, mypy and import-linter.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy agent tests benchmarks docs graphs
	@$(BIN)/lint-imports --no-cache

bench: $(READY) ## Measure, and print the ratios beside their targets.
	@$(BIN)/python benchmarks/run.py

outputs: $(READY) ## Plan every example and from every recording again, into outputs/, and renew what is derived from them.
	@for brief in examples/*.md; do $(BIN)/backend-architect plan "$$brief" --model rules -o "outputs/$$(basename "$$brief" .md)" --force || exit 1; done
	@$(BIN)/python docs/replays.py
	@$(BIN)/backend-architect graph > graphs/backend_architect.mmd
	@$(BIN)/python docs/excerpt.py

mermaid: $(READY) ## Parse every diagram in outputs/ and graphs/ with Mermaid's own parser.
	@npm ci --prefix tests/mermaid --no-audit --no-fund --silent
	@$(BIN)/python tests/mermaid/diagrams.py graphs/*.mmd outputs/*/*.md | node tests/mermaid/check.mjs -

lock: ## Renew requirements.lock (needs uv).
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade --quiet -o requirements.lock

clean: ## Remove the environment and all caches.
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist tests/mermaid/node_modules
	@find agent tests benchmarks docs graphs -name __pycache__ -type d -prune -exec rm -rf {} +
