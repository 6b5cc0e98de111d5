# Needs only Python 3.11 or newer, pip and make. Everything is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# A process for each core, each with one thread for torch; worksteal lets tests that share a fixture stay together.
PYTEST := $(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist worksteal

.PHONY: demo test test-slow lint docs wheels sdists benchmark clean

demo: $(VENV)/.installed
	$(BIN)/retro-gamer list
	rm -rf build/demo
	$(BIN)/retro-gamer create --game snake --output build/demo --seed 1
	$(BIN)/retro-gamer train build/demo --for 60s
	$(BIN)/retro-gamer info build/demo
	$(BIN)/retro-gamer play build/demo --checkpoint best --max-turns 300
	@printf '%s\n' "Your turn. Type: source .venv/bin/activate        (Windows: .venv\\Scripts\\activate)"
	@echo "                 retro-gamer create --game snake --output runs/snake"
	@echo "                 retro-gamer train runs/snake --for 10m"

test: lint
	$(PYTEST) -m "not slow"

test-slow: $(VENV)/.installed-test
	$(PYTEST) -m slow

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.installed-test
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --builder html docs build/docs

wheels: $(VENV)/.installed
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist packaging/retro-gamer-core packaging/retro-gamer

sdists: $(VENV)/.installed-test
	cd packaging/retro-gamer-core && ../../$(BIN)/python -m hatchling build --target sdist --directory ../../dist
	cd packaging/retro-gamer && ../../$(BIN)/python -m hatchling build --target sdist --directory ../../dist

benchmark: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	@touch $@

clean:
	rm -rf $(VENV)
