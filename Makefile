# Deux commandes : « make demo » et « make test ». Chacune prépare elle-même son environnement dans .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

DESK := $(VENV)/.desk
ASROOT := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: demo test test-desk soak bench check clean

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)
	@$(BIN)/attriflux demo --out demo --force

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: check
	@$(BIN)/python -m pytest -n 2 --dist worksteal

# What needs a browser or a database server: Debian's packages, fetched when they are missing.
$(DESK): $(STAMP)
	@command -v chromium >/dev/null || { $(ASROOT) apt-get update --quiet && $(ASROOT) apt-get install --yes --quiet --no-install-recommends chromium; }
	@test -n "$$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" || { $(ASROOT) apt-get update --quiet && $(ASROOT) apt-get install --yes --quiet --no-install-recommends postgresql; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,desk]'
	@touch $(DESK)

test-desk: $(DESK)
	@$(BIN)/python -m pytest tests/desk

soak: check
	@ATTRIFLUX_CAMPAIGN=full $(BIN)/python -m pytest -n 2 --dist worksteal --timeout 7200

bench: $(STAMP)
	@$(BIN)/python -m benchmarks.run

clean:
	@rm -rf $(VENV) demo dist build
