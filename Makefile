# Each target is self-contained: it installs what it needs into the checkout first, and a second run is quick.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
BIN := .venv/bin
SIZE ?= small
AUDIT ?= if-reachable
CODE := . .ci/services .ci/audit
# A database of its own that nobody keeps: these commands read the code, not the data.
CHECKOUT := DEMO=0 DEBUG=1 DATABASE_URL=sqlite://:memory:
CHECKS := check-types check-lint check-arrows check-templates check-migrations check-locks check-documents check-audit
# Use both cores, give the next test to the core that is free, and list the ten slowest at the end.
SUITE := $(BIN)/python .ci/services $(BIN)/pytest --numprocesses 2 --dist worksteal --create-db --durations 10
.PHONY: help demo test prove check fix bench backup restore-check pictures accessibility install assets scanner lock $(CHECKS)

help:
	@echo "make demo    the whole service with an invented authority, on http://127.0.0.1:8000 (PORT=, FRESH=1)"
	@echo "make test    the suite, on real PostgreSQL, Redis and Chromium, and the benchmarks at their smallest size"
	@echo "make prove   the slow proofs that the suite leaves out: killed processes, the scanner, further dates"
	@echo "make check   lint, types, imports, migrations, lock files, documents, advisories; changes nothing"
	@echo "make fix     what lint and format can change by themselves"
	@echo "make bench   the benchmarks (SIZE=small or england)"
	@echo "make backup          the database and the files of .env, into a new folder (TO=)"
	@echo "make restore-check   restores a backup beside what is kept and looks whether all is back (FROM=, ON=)"
	@echo "make pictures        the pictures of the documents, made anew in a browser"
	@echo "make accessibility   what the accessibility statement rests on, measured anew in a browser"
	@echo "make lock    the lock files, after a change to the dependencies in pyproject.toml"

demo: .venv/runs static/build/app.css
	@DEMO=1 SITE_URL=$${SITE_URL:-http://127.0.0.1:$(or $(PORT),8000)} exec $(BIN)/python manage.py serve_demo

test: install assets
	$(SUITE) -m "not prove"
	$(MAKE) bench SIZE=small

prove: install assets scanner
	$(SUITE) -m prove

bench: install
	$(BIN)/python .ci/services $(BIN)/python -m benchmarks $(SIZE)

# Of the service that .env describes.
backup: .venv/runs
	$(BIN)/python manage.py back_up $(or $(TO),var/backups/$(shell date +%Y-%m-%dT%H%M%S))

# Without FROM a backup is made for it.
restore-check: .venv/runs
	$(BIN)/python manage.py restore_check $(FROM) $(if $(ON),--on $(ON))

pictures: install assets
	MAKE_PICTURES=1 $(BIN)/python .ci/services $(BIN)/pytest --quiet tests/functional/demo/test_pictures.py

accessibility: install assets
	WRITE_ACCESSIBILITY=1 $(BIN)/python .ci/services $(BIN)/pytest --quiet tests/functional/demo/test_accessibility.py

# All of them, whichever fail, so that one run tells everything.
check: install
	@$(MAKE) --no-print-directory --keep-going --jobs 2 --output-sync=target $(CHECKS)

check-lint:
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

check-types:
	$(BIN)/mypy . .ci/services
	$(BIN)/mypy .ci/audit

check-arrows:
	$(BIN)/lint-imports --no-logo --config contracts.toml

check-templates:
	$(BIN)/djlint templates --lint --quiet

check-migrations:
	$(CHECKOUT) $(BIN)/python manage.py makemigrations --check --dry-run

check-locks:
	.ci/locks --check

# Without the advisory services in reach it says so loudly and goes on; AUDIT=required makes that a failure.
check-audit:
	AUDIT=$(AUDIT) $(BIN)/python .ci/audit

check-documents:
	$(CHECKOUT) $(BIN)/python manage.py write_states --check
	$(CHECKOUT) $(BIN)/python manage.py write_documents --check
	$(CHECKOUT) $(BIN)/python manage.py write_exports --check
	$(CHECKOUT) $(BIN)/python manage.py write_reminders --check
	$(BIN)/pytest --quiet tests/repository/test_arrows.py tests/repository/test_documents.py

fix: install
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)
	$(CHECKOUT) $(BIN)/python manage.py write_states
	$(CHECKOUT) $(BIN)/python manage.py write_documents
	$(CHECKOUT) $(BIN)/python manage.py write_exports

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

scanner: var/scanner/.installed

var/scanner/.installed: requirements-scanner.lock | .venv/installed
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python var/scanner
	$(BIN)/uv pip install --quiet --require-hashes --python var/scanner/bin/python -r requirements-scanner.lock
	@touch $@

assets: static/build/app.css

static/build/app.css: node_modules/.package-lock.json $(shell find static/src -type f)
	@.ci/npm run --loglevel=error build

node_modules/.package-lock.json: package.json package-lock.json | .venv/runs
	@.ci/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
