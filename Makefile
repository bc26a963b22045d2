# Everything a person or CI runs. Only Python 3.11+, make and pip are assumed; .venv is made in this folder.
PYTHON ?= python3
BIN := .venv/bin
CLAP := .venv-clap
DEMO := demo

.PHONY: help demo install test check clap format lint types contracts wheel bench train clean

help:
	@echo "make demo    install, build the demo pack, index it, search it"
	@echo "make test    run the tests"
	@echo "make check   format, lint, types, import contracts, tests, wheel: what CI runs"
	@echo "make clap    compare LAION-CLAP as run here with laion_clap itself, in an environment of its own (2 GB)"
	@echo "make bench   measure every claim of benchmarks/README.md"
	@echo "make train   make the built-in model again from ../shared/corpus (hours)"
	@echo "make clean   remove what these made"

$(BIN)/cratedig: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: $(BIN)/cratedig
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: $(BIN)/cratedig

demo: install
	$(BIN)/python -m data.demo $(DEMO)

test: .venv/dev
	$(BIN)/pytest -n 2

$(CLAP)/complete: pyproject.toml cratedig/models/laion/requirements-reference.txt
	$(PYTHON) -m venv $(CLAP)
	$(CLAP)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,laion]' \
		-r cratedig/models/laion/requirements-reference.txt
	$(CLAP)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps laion-clap==1.1.7
	@touch $@

clap: $(CLAP)/complete
	CRATEDIG_REFERENCE=$(CLAP) $(CLAP)/bin/pytest tests/models/test_laion_*.py

check: .venv/dev format lint types contracts test wheel

format: .venv/dev
	$(BIN)/ruff format --check .

lint: .venv/dev
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy

contracts: .venv/dev
	$(BIN)/lint-imports

wheel: .venv/dev
	$(BIN)/python -m benchmarks.install_size

bench: .venv/dev
	$(BIN)/python -m benchmarks.run_all

train: .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	$(BIN)/python -m train train/configs/full.toml

clean:
	rm -rf .venv $(CLAP) build dist $(DEMO)
