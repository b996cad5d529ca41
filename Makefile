# Accord. `make run` on a fresh machine with Python 3.11 or later needs nothing else.

PYTHON ?= python3
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
SERVERS := $(PY) scripts/with_servers.py
# Spread over the cores; options of your own go into PYTEST_ADDOPTS.
SPREAD := -n auto --dist loadfile --no-loadscope-reorder

PROPERTIES := $(addprefix tests/leads/,scoring/test_properties.py evidence/test_past.py preview/test_properties.py)

.PHONY: help run prepare prepare-dev test test-embedded test-servers test-browser properties faults bench lint types check clean

help:
	@echo "make run        install what is missing and start the portal"
	@echo "make test       all tests: SQLite, then PostgreSQL and Redis, then the browser"
	@echo "make properties hold scoring to the oracle in 20,000 drawn cases on each database, and calendars in 50 lives"
	@echo "make faults     kill workers and servers, and look for harm"
	@echo "make bench      measure, and print the numbers"
	@echo "make lint       style, types, templates, migrations"
	@echo "make clean      remove what was installed or collected (the data in var/ stays)"

run: prepare
	@exec $(PY) manage.py serve $(ARGS)

prepare:
	@$(PYTHON) scripts/prepare.py

prepare-dev:
	@$(PYTHON) scripts/prepare.py --dev

# -- tests ----------------------------------------------------------------------------------------------

test: prepare-dev
	@# Walks are done once, beside PostgreSQL where there is one.
	@if $(SERVERS) true >/dev/null; then but="(not walk or twin) and"; fi; \
	$(MAKE) --no-print-directory test-embedded BUT="$$but"
	@$(MAKE) --no-print-directory test-servers
	@$(MAKE) --no-print-directory test-browser

test-embedded:
	@echo "== SQLite and the embedded broker"
	$(PYTEST) $(SPREAD) -m "$(BUT) not servers and not browser and not benchmark and not fault"

test-servers:
	@echo "== PostgreSQL, Redis and a real worker"
	@$(SERVERS) $(PYTEST) $(SPREAD) -m "not browser and not benchmark and not fault"; status=$$?; \
	if [ $$status -eq 69 ] && [ -z "$$CI" ]; then echo "SKIPPED: no servers to be had here (see above)"; \
	else exit $$status; fi

test-browser:
	@echo "== In a browser"
	$(PYTEST) $(SPREAD) -m "browser and not servers"

properties: prepare-dev
	ACCORD_CASES=20000 $(PYTEST) -n auto $(PROPERTIES)
	ACCORD_CASES=20000 $(SERVERS) $(PYTEST) -n auto $(PROPERTIES)
	ACCORD_ALL_PATTERNS=1 $(PYTEST) -n auto tests/reviews/test_calendar_zones.py
	ACCORD_SERIES_LIVES=50 ACCORD_SERIES_STEPS=200 $(PYTEST) tests/reviews/test_calendar_life.py

faults: prepare-dev
	$(PYTEST) tests/faults -m "fault and not servers" -s
	$(SERVERS) $(PYTEST) tests/faults -m fault -s

bench: prepare-dev
	$(PYTEST) tests/benchmarks -m benchmark -s
	ACCORD_SHARED_BUFFERS=2GB $(SERVERS) $(PYTEST) tests/benchmarks -m benchmark -s

# -- what is wrong before it runs -----------------------------------------------------------------------

lint: prepare-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(MAKE) --no-print-directory types
	@# Linted and not reformatted: white space between inline elements shows on the page.
	$(PY) -m djlint templates --lint --quiet
	$(PY) manage.py makemigrations --check --dry-run
	@# On PostgreSQL: SQLite rebuilds tables, which looks dangerous and is not.
	@$(SERVERS) $(PY) manage.py lintmigrations --settings tests.settings --ignore-initial-migrations --quiet ignore ok \
	--include-apps common definitions leads reviews; status=$$?; \
	if [ $$status -eq 69 ] && [ -z "$$CI" ]; then echo "SKIPPED: migrations are linted on PostgreSQL (see above)"; \
	else exit $$status; fi

types:
	$(PY) -m mypy portal definitions leads reviews scripts

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
