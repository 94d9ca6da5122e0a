# Each target is self-contained: it installs what it needs into the checkout first.
PYTHON ?= python3.11
BIN := .venv/bin
.PHONY: install check test fix lock

install: .venv/installed

.venv/installed: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	touch $@

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python manage.py makemigrations --check --dry-run

test: install
	$(BIN)/pytest

fix: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-annotate --custom-compile-command "make lock" pyproject.toml --group dev -o requirements.lock
