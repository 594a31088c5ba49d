# Everything starts here: `make run` and `make test` need make and Python 3.11 or newer, and set up the rest in .venv.

PYTHON ?= python3
# The exact versions that continuous integration uses. `make CONSTRAINTS= run` takes the newest ones instead.
CONSTRAINTS ?= constraints-ci.txt
# What to test, options for pytest, and for `conformance run`.
TESTS ?= tests
PYTEST_ARGS ?= -n auto --dist worksteal
ARGS ?=

# The services whose pages `make pages` generates.
PAGES_OF ?= sagemaker kms secretsmanager ssm dynamodb kinesis logs stepfunctions ecr events

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
# A wheel or an editable install looks at these; everything else is found as it is in the checkout.
PACKAGE := pyproject.toml conformance/__init__.py $(CONSTRAINTS)

.PHONY: help run test test-slow lint types contract prove pages drafts moto bench bench-schemathesis docs samples gallery release clean
.DEFAULT_GOAL := help

help:  ## Show the targets.
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | sed 's/^/  make /'

run: $(VENV)/.ready  ## Install what is missing, and check the reference server against the contract.
	@$(BIN)/conformance run $(ARGS)

test: $(VENV)/.ready-dev  ## Install what is missing, and run the tests of the suite: minutes, every module.
	$(BIN)/python -m pytest $(TESTS) -m 'not slow' $(PYTEST_ARGS)

test-slow: $(VENV)/.ready-dev  ## Run the tests that start programs: processes, a browser, a package, other hosts, moto.
	$(BIN)/python -m pytest $(TESTS) -m slow $(PYTEST_ARGS)

lint: $(VENV)/.ready-dev  ## Style and formatting of the code.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev  ## Types, strictly.
	$(BIN)/mypy --strict

contract: $(VENV)/.ready  ## Errors in the contract, and in its citations if CONFORMANCE_DOCUMENTS names the documents.
	$(BIN)/conformance lint $(if $(CONFORMANCE_DOCUMENTS),--documents "$(CONFORMANCE_DOCUMENTS)")

prove: $(VENV)/.ready  ## Run the checks on some 3,000 broken servers: every one must be caught.
	$(BIN)/conformance prove $(ARGS)

pages: $(VENV)/.ready-dev  ## Measure the readers of pages: generated ones of ten services, or with ARGS, a folder's.
	@$(BIN)/python -m conformance.documents.page_coverage $(or $(ARGS),$(addprefix --service ,$(PAGES_OF)))

drafts: $(VENV)/.ready-dev  ## Draft a sample of each service's operations, or with ARGS others: every draft must lint.
	@$(BIN)/python -m conformance.survey $(or $(ARGS),--sample 50)

moto: $(VENV)/.ready-dev  ## Check moto against the contract: exactly the expected checks must fail.
	$(BIN)/python -m pytest tests/moto -q

bench: $(VENV)/.ready-dev  ## Time a run against its floor, and see how its cost grows.
	$(BIN)/python benchmarks/run_against_floor.py
	$(BIN)/python benchmarks/growth.py

# In an environment of its own: everything that runs next to Schemathesis has its pytest plugins loaded, too.
bench-schemathesis:  ## Run Schemathesis on the same server and the same mutants.
	@$(MAKE) --no-print-directory VENV=.venv-bench .venv-bench/.ready-bench
	.venv-bench/bin/python benchmarks/against_schemathesis.py $(ARGS)

docs: $(VENV)/.ready-dev  ## Update the catalogue of checks and the output that pages show.
	$(BIN)/python -m conformance.suite.catalogue_page docs/catalogue-samples.json > docs/catalogue.md.new
	mv docs/catalogue.md.new docs/catalogue.md
	PYTHONPATH=tests $(BIN)/python tests/docs/console_blocks.py README.md docs/api-reviewers.md docs/verify-aws.md

samples: $(VENV)/.ready-dev  ## Run the proof for the sample failures of the catalogue, and update both.
	$(BIN)/python -m conformance.mutation.running > docs/catalogue-samples.json.new
	mv docs/catalogue-samples.json.new docs/catalogue-samples.json
	@$(MAKE) --no-print-directory docs

gallery: $(VENV)/.ready-dev  ## Update docs/gallery: reports of the reference server and of three versions of moto.
	$(BIN)/python docs/gallery/make_gallery.py

release: $(VENV)/.ready  ## Freeze the checks of today under their date in contract/releases.
	$(BIN)/conformance release --contract contract
	cd contract/releases && sha256sum *.yaml > ../../tests/contract/releases.sha256

scoreboard: $(VENV)/.ready  ## Update docs/scoreboard: emulators installed and judged side by side; needs node. ARGS=--resume goes on.
	$(BIN)/conformance scoreboard scoreboard.yaml --jobs 2 --history docs/scoreboard/history.jsonl $(ARGS)
	cp reports/scoreboard/scoreboard.json docs/scoreboard/
	cp reports/scoreboard/scoreboard.md docs/scoreboard/README.md

clean:  ## Remove what make and the tools made: the environment, caches, reports.
	rm -rf $(VENV) .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache
	find reports -mindepth 1 ! -name .gitkeep -delete 2>/dev/null || true
	find conformance tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, '$(PYTHON)' is not: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV) (only now; takes about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.ready-bench: $(VENV)/.made $(PACKAGE)
	@$(PIP) --editable '.[bench]'
	@touch $@

$(VENV)/.ready: $(VENV)/.made $(PACKAGE)
	@$(PIP) --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.made $(PACKAGE)
	@echo "installing what the tests and tools need"
	@$(PIP) --editable '.[awscli,dev,moto]'
	@touch $@ $(VENV)/.ready
