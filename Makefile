# make run           start the newsreader            make run ARGS="--port 8080"
# make test          run the tests                   make test ARGS="tests/web -x"
# make lint          everything that checks without running
# make format        put the code in shape
# make semantic      add what a sentence-embedding model needs: see docs/operating.md
# make requirements  pin the dependencies of pyproject.toml again (needs uv)
# make clean         remove what can be made again; your data in var/ stays

SHELL := /bin/sh
PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check -qq install --require-hashes
# The first of these that is at least 3.11; `make run PYTHONS=/opt/python/bin/python3` chooses.
PYTHONS := python3.13 python3.12 python3.11 python3
UV := uv
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header -p 3.11 pyproject.toml
ARGS :=
# The checker of accessibility that the browser tests run, exactly this one.
AXE := axe-core-4.14.1
AXE_SHA512 := 1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5

.PHONY: run test lint format semantic requirements clean axe

run: .venv/installed
	@$(PYTHON) manage.py up $(ARGS)

test: .venv/installed-dev axe
	@$(PYTHON) -m pytest $(ARGS)

# Without npm, or where npm cannot reach its registry, the tests that need it say so.
axe: | .venv/bin/python
	@if [ -f .venv/$(AXE).min.js ] || ! command -v npm >/dev/null; then exit 0; fi; \
	cd .venv; \
	npm pack --silent $(subst core-,core@,$(AXE)) >/dev/null || exit 0; \
	echo "$(AXE_SHA512)  $(AXE).tgz" | sha512sum --check --status || { \
	    rm $(AXE).tgz; echo "$(AXE).tgz is not the file that is expected." >&2; exit 1; }; \
	tar -xzOf $(AXE).tgz package/axe.min.js >$(AXE).part; \
	mv $(AXE).part $(AXE).min.js; \
	rm $(AXE).tgz

lint: .venv/installed-dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 --check {} +
	$(PYTHON) manage.py makemigrations --check --dry-run

format: .venv/installed-dev
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} +

semantic: .venv/installed
	@$(PIP) -r requirements-semantic.txt

requirements:
	$(COMPILE) -o requirements.txt
	$(COMPILE) --extra semantic -c requirements.txt -o requirements-semantic.txt
	$(COMPILE) --group dev -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing the packages of requirements.txt into .venv …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt | .venv/bin/python
	@echo "Installing the packages of requirements-dev.txt into .venv …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ .venv/installed

.venv/bin/python:
	@for python in $(PYTHONS); do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        found=$$python; break; \
	    fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "No Python 3.11 or later was found as one of: $(PYTHONS)" >&2; exit 1; \
	fi; \
	if ! $$found -m venv .venv; then \
	    rm -rf .venv; \
	    echo "Python's venv module is needed, on Debian and Ubuntu the package python3-venv." >&2; \
	    exit 1; \
	fi
