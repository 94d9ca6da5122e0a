# Each target is self-contained: it installs what it needs into the checkout first, and a second run is quick.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
BIN := .venv/bin
SIZE ?= small
CODE := . .ci/services
# A database of its own that nobody keeps: these commands read the code, not the data.
CHECKOUT := DEMO=0 DEBUG=1 DATABASE_URL=sqlite://:memory:
CHECKS := check-types check-lint check-arrows check-templates check-migrations check-locks check-documents
.PHONY: help demo test check fix bench install assets lock $(CHECKS)

help:
	@echo "make demo    the whole service with an invented authority, on http://127.0.0.1:8000 (PORT=, FRESH=1)"
	@echo "make test    the whole suite, on real PostgreSQL, Redis and Chromium"
	@echo "make check   lint, types, imports, migrations, lock files, documents; changes nothing"
	@echo "make fix     what lint and format can change by themselves"
	@echo "make bench   the benchmarks (SIZE=small or england)"
	@echo "make lock    the lock files, after a change to the dependencies in pyproject.toml"

demo: .venv/runs static/build/app.css
	@DEMO=1 exec $(BIN)/python manage.py serve_demo

test: install assets
	$(BIN)/python .ci/services $(BIN)/pytest --numprocesses 2 --dist worksteal --create-db
	$(MAKE) bench SIZE=small

bench: install
	$(BIN)/python .ci/services $(BIN)/python -m benchmarks $(SIZE)

# All of them, whichever fail, so that one run tells everything.
check: install
	@$(MAKE) --no-print-directory --keep-going --jobs 2 --output-sync=target $(CHECKS)

check-lint:
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

check-types:
	$(BIN)/mypy $(CODE)

check-arrows:
	$(BIN)/lint-imports --no-logo

check-templates:
	$(BIN)/djlint templates --lint --quiet

check-migrations:
	$(CHECKOUT) $(BIN)/python manage.py makemigrations --check --dry-run

check-locks:
	.ci/locks --check

check-documents:
	$(CHECKOUT) $(BIN)/python manage.py write_states --check
	$(BIN)/pytest --quiet tests/repository/test_arrows.py tests/repository/test_documents.py

fix: install
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)
	$(CHECKOUT) $(BIN)/python manage.py write_states

lock: install
	.ci/locks

install: .venv/installed

# What runs; the demonstration needs no more.
.venv/runs: requirements-production.lock
	@$(BIN)/python -c "" 2>/dev/null || "$$(.ci/python)" -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-production.lock
	@touch $@

# What tests and checks need besides.
.venv/installed: requirements.lock | .venv/runs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

assets: static/build/app.css

static/build/app.css: node_modules/.package-lock.json $(shell find static/src -type f)
	@.ci/npm run --loglevel=error build

node_modules/.package-lock.json: package.json package-lock.json | .venv/runs
	@.ci/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
