# Helsekort: everything that is done with this repository. `make help` lists it.
# Needed: Python 3.11 or newer and make. Another Python: make setup PYTHON=/path/to/python3.12

PYTHON ?=
VENV := .venv
RUN := $(VENV)/bin/python -m
READY := $(VENV)/.ready
PORT ?= 8080
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV
.DEFAULT_GOAL := help

# A stamp that another folder's environment brought along, or another Python that is asked for, counts for nothing.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif
ifneq ($(PYTHON),)
.PHONY: $(READY)
endif

.PHONY: help setup demo test check check-long lint fix types imports lock openapi docs judge bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/\1\t\2/' | expand -t 14

setup: $(READY) ## make .venv from the hashed lock, once

$(READY): requirements-dev.lock pyproject.toml sandbox/pyproject.toml
	@tools/setup.sh "$(PYTHON)"
	@echo "$(CURDIR)" > $(READY)

demo: $(READY) ## start all of it with synthetic women and play the main job (PORT=8080)
	@$(VENV)/bin/helsekort demo --port $(PORT)

test: $(READY) ## the test suite, without what takes long
	@$(RUN) pytest -m "not slow" -n 2 --dist loadfile

check: ## all that CI does, each stage with a time budget
	@.ci/run

check-long: $(READY) ## the slow tests, three rounds of kill -9 and the bench; results are committed
	@.ci/long

lint: $(READY) ## ruff: rules and formatting
	@$(RUN) ruff check
	@$(RUN) ruff format --check

fix: $(READY) ## ruff: mend and format what can be
	@$(RUN) ruff check --fix
	@$(RUN) ruff format

types: $(READY) ## mypy, strict
	@$(RUN) mypy

imports: $(READY) ## the direction of imports
	@$(VENV)/bin/lint-imports

lock: ## resolve the dependencies anew (needs uv)
	@tools/lock.sh

openapi: $(READY) ## export openapi/openapi.json from the tables
	@$(VENV)/bin/helsekort export-openapi openapi/openapi.json

docs: $(READY) ## print docs/access.md, docs/settings.md and docs/search.md from the tables
	@$(RUN) tools.documents

judge: $(READY) ## HL7's own validator on thousands of resources; prints docs/validation.md (Java 17, Maven)
	@$(RUN) tests.conformance

bench: $(READY) ## CPU and rate as ratios to a Starlette hello (minutes)
	@$(RUN) bench.run

clean: ## remove .venv and what tools left; data/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
