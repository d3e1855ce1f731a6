# What to do with Resident Desk, from one place. `make` alone lists it. Everything that a target needs is brought by
# `make setup` first: see setup/bootstrap.py. What is made lies in .venv/, engine/.venv/, node_modules/ and var/.

MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run train test test-unit test-api test-dialogue test-browser test-engine check evaluate bench lint lock clean

# Any python3 that runs will do; pyenv may put one first that does not.
define bootstrap
@for python in python3 /usr/bin/python3 /usr/local/bin/python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then exec $$python -m setup $(1); fi; \
done; \
echo "Python 3.9 or newer is needed to begin: install the package python3 and run the same command again." >&2; exit 1
endef

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## Bring everything that is needed; what is there already is kept
	$(call bootstrap,setup)

run: setup ## Set up and start the product on this machine; Ctrl-C stops it
	@exec $(PYTHON) -m bot up

train: ## Set up, and train the assistant when its data changed
	$(call bootstrap,train)

test: setup ## Set up and run every check and test
	@$(MAKE) -o setup lint test-engine check
	@$(PYTHON) -m pytest -n logical --dist loadgroup --ignore tests/browser $(TESTS)
	@$(PYTHON) -m pytest tests/browser $(TESTS)

test-unit: setup ## Run the tests that take milliseconds
	@$(PYTHON) -m pytest tests/unit $(TESTS)

test-api: setup ## Run the tests of the public API
	@$(PYTHON) -m pytest tests/api $(TESTS)

test-dialogue: setup ## Run the tests of conversations with the real engine
	@$(PYTHON) -m pytest tests/dialogue $(TESTS)

test-browser: setup ## Run the tests in a real Chromium
	@$(PYTHON) -m pytest tests/browser $(TESTS)

test-engine: setup ## Run the tests of the engine's own components
	@cd engine && exec .venv/bin/python -m pytest

check: setup ## Check the knowledge packs and applications, and that understanding is not worse than its baseline
	@$(PYTHON) -m bot knowledge check
	@$(PYTHON) -m bot applications check
	@$(PYTHON) -m bot evaluate --check

evaluate: setup ## Measure how well the assistant understands
	@$(PYTHON) -m bot evaluate

bench: setup ## Measure speed and memory, beside a stock Rasa server
	@$(PYTHON) -m bench

lint: setup ## Check style, types and which room may use which
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

lock: ## Bring the lock files up to the pyproject files
	$(call bootstrap,lock)

clean: ## Remove what set-up brought; the database and the logs stay
	rm -rf .venv engine/.venv node_modules var/tools var/encoders var/models .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
