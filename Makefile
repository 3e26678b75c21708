# `make up` on a fresh clone is all it takes; `make test` is what CI runs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
BIN := .venv/bin

.PHONY: up down test faults leaks campaigns lint docs bootstrap
.NOTPARALLEL:

up: ## Install what is missing, then start everything and stay; Ctrl-C stops it
	@scripts/bootstrap
	@exec $(BIN)/plumbline up $(ARGS)

down: ## Stop what `make up` started
	@scripts/bootstrap
	@$(BIN)/plumbline down

bootstrap:
	@scripts/bootstrap --tests

lint: bootstrap ## What can be said without running it: style, types, imports, SQL
	@scripts/lint

test: bootstrap ## Lint beside all tests; of the table of faults the part that strikes each fault and each source
	@said="$$(mktemp)"; trap 'rm -f "$$said"' EXIT; tests=0; linted=0; \
	nice -n 19 scripts/lint > "$$said" 2>&1 & lint=$$!; \
	scripts/test $(ARGS) || tests=$$?; \
	wait "$$lint" || linted=$$?; \
	if ((linted)); then cat "$$said"; printf 'make test: lint found something (above)\n'; fi; \
	exit "$$((tests ? tests : linted))"

docs: ## The data dictionary as pages, written from the models and metric files; no warehouse is needed
	@scripts/bootstrap
	@$(BIN)/plumbline docs $(ARGS)

faults: bootstrap ## The whole table of faults: each fault at each source, by a campaign of loads
	@TEST_SECONDS=36000 scripts/test -n 0 -m slow tests/load/test_faults.py $(ARGS)

campaigns: bootstrap ## What `make test` shows by one example each, at all of them: hours
	@TEST_SECONDS=36000 scripts/test -n 2 -m campaign $(ARGS)

leaks: bootstrap ## The campaign against leaks with ten times the questions, each page for every role, each mail and PDF
	@TEST_SECONDS=36000 PLUMBLINE_LEAK_CAMPAIGN=$${PLUMBLINE_LEAK_CAMPAIGN:-10} scripts/test -n 0 tests/leaks $(ARGS)
