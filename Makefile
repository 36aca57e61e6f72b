# Every step that the project knows. `make help` lists them; CI runs the same ones.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
ARGS ?=
BIN := .venv/bin
export PORT
# pip and Python must not take settings from whoever calls
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help run test lint format bench docs lock verify backup restore secrets manage stop qualify validate env-run env-dev

##@ Use it
run: env-run ## start Veintrace with its own PostgreSQL and Redis (PORT=8000)
	@$(BIN)/python -m config.run serve

stop: env-run ## stop what an interrupted run left behind
	@$(BIN)/python -m config.run stop

verify: env-run ## check the ledger: entries, tree, checkpoints, projections
	@$(BIN)/python -m config.run manage verify_ledger $(ARGS)

backup: env-run ## write a backup of database and files (TO=folder)
	@$(BIN)/python -m config.run manage backup $(if $(TO),--to "$(TO)") $(ARGS)

restore: env-run ## restore a backup into an empty installation (FROM=file)
	@test -n "$(FROM)" || { echo "veintrace: say which backup: make restore FROM=var/backups/....tar" >&2; exit 1; }
	@$(BIN)/python -m config.run manage restore "$(FROM)" $(ARGS)

secrets: env-run ## make the keys and passwords that docker-compose.yml wants, in ./secrets
	@$(BIN)/python -m config.keys secrets

qualify: env-run ## check the installation, try the operation on servers made for it, and keep the evidence
	@$(BIN)/python -m config.qualification $(ARGS)

manage: env-run ## run any management command (ARGS="showmigrations")
	@$(BIN)/python -m config.run manage $(ARGS)

##@ Work on it
test: env-dev ## run every test, on servers of its own (ARGS="tests/ledger -x")
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

validate: env-dev ## run the tests of the requirements, and write which clause has a passing test
	@$(BIN)/python -m docs.validate -n $(JOBS) $(ARGS)

lint: env-dev ## style, types, import contract, templates, migrations, safe set-up, known vulnerabilities
	@$(BIN)/python -m config.lint

format: env-dev ## rewrite the code in the house style
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

bench: env-dev ## measure scans per second, latencies and queries
	@$(BIN)/python -m bench $(ARGS)

docs: env-dev ## write the reference pages and the API's description, check the links
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m config.documents

lock: env-dev ## compile pyproject.toml into the pinned requirements files (ARGS=--upgrade)
	@$(BIN)/uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --no-header --quiet $(ARGS) --output-file requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --no-header --quiet $(ARGS) --output-file requirements-dev.txt
	@$(BIN)/uv pip compile --group peers --constraints requirements.txt --generate-hashes --universal --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --no-header --quiet $(ARGS) --output-file bench/peers.txt
	@echo '# Long: hashes of wheels for every platform, as in requirements.txt; one peer imports matplotlib, three pandas.' \
	    | cat - bench/peers.txt > bench/peers.new && mv bench/peers.new bench/peers.txt

##@ Help
help: ## list what can be made
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	    /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env-run:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "veintrace: there is no $(PYTHON). Install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) config/install.py run

env-dev:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "veintrace: there is no $(PYTHON). Install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) config/install.py dev
