# Every target sets up what it needs: a virtual environment in .venv and, for the corpora, the user's cache.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find lnsym isa crypto_specs programs -name '*.py' -o -name '*.o' -o -name '*.toml')

.PHONY: demo test test-slow lint corpora bench equivalences unseen samples conform planted-faults mutants fuzz clean

demo: $(VENV)/.installed
	@BIN=$(CURDIR)/$(BIN) sh programs/demo.sh

test: $(VENV)/.developing corpora
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: $(VENV)/.developing corpora
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The tests that need a real binary say so and are skipped where it cannot be had.
corpora: $(VENV)/.developing
	-@$(BIN)/lnsym fetch aws-lc
	-@$(BIN)/lnsym fetch aws-lc-2023
	-@$(BIN)/lnsym fetch openssl

bench: $(VENV)/.developing corpora
	$(BIN)/python -m benchmarks.routines

equivalences: $(VENV)/.developing
	$(BIN)/python -m benchmarks.equivalences

unseen: $(VENV)/.developing
	$(BIN)/python -m benchmarks.unseen

samples: $(VENV)/.developing
	$(BIN)/python -m programs.samples.build

# Long campaigns.
conform: $(VENV)/.developing corpora
	$(BIN)/lnsym conform --count 1000

mutants: $(VENV)/.developing corpora
	$(BIN)/lnsym mutate aws-lc --jobs 2
	$(BIN)/lnsym mutate openssl --jobs 2

fuzz: $(VENV)/.developing
	$(BIN)/python -m tests.prove.prover_fuzzer --count 100000

planted-faults: $(VENV)/.developing
	$(BIN)/python -m lnsym.conform.fault_detection

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("lnsym needs Python 3.11 or newer: make PYTHON=python3.12, say" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml $(SOURCES)
	$(BIN)/python -m pip install --quiet .
	rm -rf build
	rm -f $(VENV)/.developing
	touch $@

$(VENV)/.developing: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	rm -f $(VENV)/.installed
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
