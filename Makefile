# The portal with nothing but Python 3.11 and make: `make run`, `make test`. PORT and VAR_DIR choose another place.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Tests run side by side, one more than there are cores: some of them wait for a browser or a worker.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Type checks read the settings, which insist on these; nothing connects.
SETTINGS_FOR_TYPES := ENVIRONMENT=test SECRET_KEY=types DATABASE_URL=postgres://127.0.0.1/none \
	REDIS_URL=redis://127.0.0.1/0 BROKER_URL=redis://127.0.0.1/1

.PHONY: help run test lint format install requirements
.DEFAULT_GOAL := help

help:
	@echo "make run           the portal on http://127.0.0.1:8000 (or PORT), its data in var/ (or VAR_DIR)"
	@echo "make test          every test; ARGS='-k wallet' chooses some, JOBS=0 runs one after the other"
	@echo "make lint          format, lint, types, import rules, migrations"
	@echo "make format        bring the code into shape"
	@echo "make install       what the tests and checks need, in $(VENV)/"
	@echo "make requirements  pin what requirements*.in name, with hashes"

run: $(VENV)/run.installed
	@exec $(BIN)/python -m library_portal.embedded

test: install
	@$(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=loadgroup --no-loadscope-reorder $(ARGS)

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(SETTINGS_FOR_TYPES) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(VENV)/dev.installed

requirements: install
	@$(PIP_INSTALL) uv
	@for name in requirements requirements-run requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--custom-compile-command "make requirements" $$name.in --output-file $$name.txt || exit 1; \
	done

$(VENV)/%.installed: requirements-%.txt | $(BIN)/python
	@echo "Installing $< into $(VENV)/ (a minute or two the first time)"
	@$(PIP_INSTALL) --require-hashes -r $<
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Python 3.11 is needed: make PYTHON=/path/to/python3.11 run"; exit 1; }
	@echo "Creating $(VENV)/"
	@$(PYTHON) -m venv $(VENV)
