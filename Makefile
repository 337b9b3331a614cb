# Every target works on a fresh clone with nothing done first: Python 3.11 with venv, and make, are all it takes.
PYTHON ?= python3
LOCAL = @$(PYTHON) config/local/bootstrap.py
GIVEN = '$(subst ','\'',$(ARGS))'# one word for the shell, whatever quotes are in it
.DEFAULT_GOAL := help
.PHONY: help run demo test lint bench verify manage audit assets lock

help: ## print these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## the whole product on http://127.0.0.1:8000/ (PORT=8001 for another port); Ctrl-C stops it, the data stays
	$(LOCAL) run

demo: ## the main job without a browser, on a stack of its own; the DHR package goes to out/
	$(LOCAL) demo

test: ## all tests, on a cluster of their own (ARGS="tests/bom -k cycle" for some of them)
	$(LOCAL) test $(GIVEN)

lint: ## ruff, mypy, import contracts, templates, missing migrations, front-end types
	$(LOCAL) lint

bench: ## the performance budgets, measured beside raw SQL and a bare view (ARGS="floor trace" for some of them)
	$(LOCAL) bench $(GIVEN)

verify: ## recompute every seal, act and history of the local data
	$(LOCAL) verify $(GIVEN)

manage: ## a management command on the local data (ARGS="showmigrations")
	$(LOCAL) manage $(GIVEN)

audit: ## ask the public advisory services about the locked dependencies
	$(LOCAL) audit

assets: ## build the front end and compile the translations
	$(LOCAL) assets

lock: ## lock the versions that requirements*.in ask for
	$(LOCAL) lock
