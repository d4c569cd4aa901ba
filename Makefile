# OneStop: every habit is a target. `make` alone prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
MEMBERS := shared $(wildcard services/*) onestop workbench
# fund-ledger's folder is no name of a package: its tests are modules without a prefix, and are checked by themselves.
TESTS_APART := $(wildcard services/fund-ledger/tests)
TESTS := $(filter-out $(TESTS_APART),$(wildcard $(foreach m,$(MEMBERS),$(m)/tests))) tests
TYPED := $(foreach m,$(MEMBERS),$(m)/src) $(TESTS) conftest.py $(wildcard deploy/*.py benchmarks/*.py benchmarks/*/*.py)
INSTALLED := .venv/.installed
# Where it is set, every process of every test would compile the whole of OneStop again: a third of the tests' time.
unexport PYTHONDONTWRITEBYTECODE
LOCK_OPTIONS := --universal --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

.PHONY: help
help: ## Print this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ See it work
.PHONY: demo run
demo: $(INSTALLED) ## A day in a demo city, from three departments' feeds to balanced books (half a minute)
	$(BIN)/onestop demo
run: $(INSTALLED) ## The same, and stay up; prints the addresses
	$(BIN)/onestop run

##@ Every day
.PHONY: install format check test
install: $(INSTALLED) ## Create .venv with everything, from the lock with hashes
format: $(INSTALLED) ## Format and mend what can be mended
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .
check: $(INSTALLED) ## Format, lint, types, architecture, compose file
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy $(TYPED)
	$(BIN)/mypy $(TESTS_APART)
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
test: check ## Everything: check, and all tests on real PostgreSQL and real Kafka
	$(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: faults chaos fuzz long
faults: $(INSTALLED) ## Kill, freeze and cut off an instance at every named point, on both transports (half an hour)
	$(BIN)/python -m pytest tests/faults -m "not chaos" -o faulthandler_timeout=900
fuzz: $(INSTALLED) ## Call every operation as its schema allows and forbids, fifty times a role (ten minutes)
	ONESTOP_FUZZ_EXAMPLES=50 $(BIN)/python -m pytest tests/fuzz -o faulthandler_timeout=0
long: $(INSTALLED) ## What `make test` leaves out beside the faults: random years of a ledger, papers in LibreOffice, a year back from Kafka (five minutes)
	$(BIN)/python -m pytest -m long --ignore=tests/faults -o faulthandler_timeout=900
chaos: $(INSTALLED) ## Ten minutes of kill -9, restarts, a gap and a restore under load; then everything is counted
	$(BIN)/python -m pytest tests/faults -m chaos -s -o faulthandler_timeout=0

##@ With servers
.PHONY: kafka up down
kafka: $(INSTALLED) ## A real Apache Kafka on 127.0.0.1:9092, from Maven artifacts, no Docker (ctrl-C ends it)
	$(BIN)/onestop kafka
up: .env ## PostgreSQL, Kafka and every service with Docker Compose
	docker compose up --build --detach --wait
down: ## Stop them again
	docker compose down
.env: .env.example | $(INSTALLED)
	$(BIN)/python deploy/new_env.py .env.example $@ .onestop/keys

##@ Generated and measured
.PHONY: generate bench bench-feeds bench-operations fuzz-feeds lock clean
generate: $(INSTALLED) ## Write the documents that are generated: OpenAPI, AsyncAPI, schemas, requirements, errors
	$(BIN)/onestop generate
bench: $(INSTALLED) ## Measure, as ratios in one run; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks
bench-feeds: $(INSTALLED) ## A full list of a million people against a million stored (half an hour); writes benchmarks/FEEDS.md
	$(BIN)/python -m benchmarks.feeds
bench-operations: $(INSTALLED) ## Verify, reconcile and ask what-if over a million settlements (ten minutes); writes benchmarks/OPERATIONS.md
	$(BIN)/python -m benchmarks.operations
fuzz-feeds: $(INSTALLED) ## Read five thousand damaged files, hand in sixty lists in pieces and any order (half an hour)
	ONESTOP_FUZZ_FILES=5000 ONESTOP_FUZZ_ORDERS=20 $(BIN)/python -m pytest -q -n 2 \
	  services/identity/tests/test_feed_damage.py services/identity/tests/test_feed_order.py services/identity/tests/test_feed_order_of_lists.py services/identity/tests/test_feed_splits.py
lock: ## Resolve the dependencies again
	$(BIN)/uv pip compile -q $(LOCK_OPTIONS) \
	  $(foreach p,onestop-kernel onestop-identity onestop-referral onestop-settlement onestop-fund-ledger onestop-operations onestop onestop-workbench,--no-emit-package $(p)) \
	  --group pyproject.toml:dev --group pyproject.toml:bench $(foreach m,$(MEMBERS),$(m)/pyproject.toml) -o requirements.lock
	sed -n 's/^uv==\([^ ]*\).*/uv==\1/p' requirements-uv.lock | $(BIN)/uv pip compile -q $(LOCK_OPTIONS) - -o requirements-uv.lock
clean: ## Remove the environment and all local data
	rm -rf .venv .onestop

# uv comes from the package index by hash, then everything else by hash; the members are editable.
$(INSTALLED): requirements.lock requirements-uv.lock pyproject.toml $(foreach m,$(MEMBERS),$(m)/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11: name a newer one, as in make PYTHON=python3.12 install"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(foreach m,$(MEMBERS),-e ./$(m))
	touch $@
