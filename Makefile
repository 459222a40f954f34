# « make demo » et « make test ». Chaque cible prépare elle-même son environnement dans .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
KERNELS := $(VENV)/.kernels
# Aussi les faisceaux de tableaux qu'ils prennent : ce qui est compilé garde l'ordre de leurs champs.
KERNEL_SOURCES := optimizer/cli/kernels.py optimizer/compiled.py \
  $(shell grep -rlE '^@(numba\.)?njit' optimizer --include='*.py') \
  $(shell grep -rlE '^class .*NamedTuple' optimizer/solve optimizer/problem optimizer/shortlist optimizer/verify --include='*.py')
DESK := $(VENV)/.desk
# Trois semaines entières du bureau, page après page : trois quarts de minute, avec les parcours de navigateur.
WEEKS := tests/web/test_three_weeks.py
DEBIAN := $(VENV)/.debian

.PHONY: demo installed test suite test-desk soak bench check kernels docs clean

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

# Un noyau en contient d'autres : ce qui est gardé compilé ne vaut plus dès que l'une des sources a changé.
$(KERNELS): $(STAMP) $(KERNEL_SOURCES)
	@find optimizer -name '*.nb[ci]' -delete
	@$(BIN)/python -m optimizer.cli.kernels
	@touch $(KERNELS)

# Chromium et PostgreSQL viennent des paquets de Debian : eux seuls demandent plus que pip.
$(DEBIAN):
	@command -v chromium >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core postgresql >/dev/null; }
	@mkdir -p $(VENV) && touch $(DEBIAN)

$(DESK): $(STAMP) $(DEBIAN)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,desk]'
	@touch $(DESK)

# Tout ce que demandent les tests ; avec -j 2, les paquets de Debian arrivent pendant que pip travaille.
installed: $(DESK)

demo: $(KERNELS)
	@$(BIN)/attriflux demo --out demo --force

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Les noyaux sont compilés avant que deux processus ne les demandent ensemble.
kernels: $(KERNELS)

# Contrôles d'un côté, compilation puis tests de l'autre : aucun cœur n'attend que les types soient vérifiés.
test: $(STAMP)
	@$(MAKE) --no-print-directory -j 2 check suite

# Le code des tests est gardé compilé, où que PYTHONDONTWRITEBYTECODE soit posé.
suite: kernels
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/desk --ignore=$(WEEKS)

test-desk: $(DESK) kernels
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder tests/desk $(WEEKS)

soak: check $(DESK)
	@ATTRIFLUX_CAMPAIGN=full $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --timeout 7200

bench: $(KERNELS)
	@$(BIN)/python -m benchmarks.run

docs: $(STAMP)
	@$(BIN)/python .ci/site.py build/site

clean:
	@rm -rf $(VENV) demo dist build
