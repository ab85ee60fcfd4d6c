.DEFAULT_GOAL := help
.PHONY: help run test proof lint benchmark components advisories clean
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
export PYTHON PORT

# One line a target: the two hashes say what `make help` prints.
help: ## list these commands
	@echo "Wansdyke: one record of risk, from the first call to a safe outcome."
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: ## set up all it needs and serve the made-up force at http://127.0.0.1:8000 (PORT=8001 moves it)
	@python="$$(setup/find_python.sh)" && "$$python" setup/environment.py run
	@exec .venv/bin/python setup/run.py

test: ## set up all it needs and run every check, on SQLite, on PostgreSQL and in Chromium
	@python="$$(setup/find_python.sh)" && "$$python" setup/environment.py test
	@exec .venv/bin/python -m setup.checks test

proof: ## the long checks, up to an hour
	@python="$$(setup/find_python.sh)" && "$$python" setup/environment.py test
	@exec .venv/bin/python -m setup.checks proof

lint: ## style, types, layers and known weaknesses
	@python="$$(setup/find_python.sh)" && "$$python" setup/environment.py test
	@exec .venv/bin/python -m setup.checks lint

benchmark: ## measure every figure the documents claim
	@python="$$(setup/find_python.sh)" && "$$python" setup/environment.py test
	@exec .venv/bin/python -m benchmarks

components: ## write the inventory of all parts, in CycloneDX, to components.json
	@python="$$(setup/find_python.sh)" && "$$python" setup/environment.py test
	@exec .venv/bin/python -m setup.components bill components.json

advisories: ## ask the advisory feeds about every part; fails where a feed does not answer
	@python="$$(setup/find_python.sh)" && "$$python" setup/environment.py test
	@exec .venv/bin/python -m setup.components advisories

clean: ## remove what these commands made; the data folder stays
	rm -rf .venv node_modules wansdyke/ui/static/vendor *.egg-info build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find wansdyke config tests setup benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
