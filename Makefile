# What one types at Suanji. Every target works from a fresh clone: it sets up .venv first.
#   make demo PYTHON=python3.12      choose the Python that .venv is made from
#   DATABASE_URL, REDIS_URL          use these servers in place of the embedded ones

.DEFAULT_GOAL := help
.PHONY: help setup environment browser lock demo test soak bench lint screenshots
PY := .venv/bin/python
# Compiled with Babel, because GNU gettext is not on every machine.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard portal/locale/*/LC_MESSAGES/django.po))
# At least a process per core, each with a database of its own; a file of tests stays together, and
# so do all tests that look at the demonstration (tests/conftest.py).
SPREAD := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
export PYTHON

help:
	@echo "make setup        create or refresh .venv"
	@echo "make demo         run a seeded month and serve it on http://127.0.0.1:8000"
	@echo "make test         run the tests, about half an hour on two cores"
	@echo "make soak         run the long counts and write docs/results"
	@echo "make bench        run the benchmarks and write docs/results"
	@echo "make lint         format, lint, types, import contracts, migrations, deploy checks"
	@echo "make screenshots  take pictures of the pages"
	@echo "make lock         rewrite requirements/*.txt from the .in files"

setup: environment $(CATALOGUES)

environment:
	@./requirements/setup.sh

browser:
	@./requirements/browser.sh

%.mo: %.po | environment
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

lock: environment
	@./requirements/lock.sh

demo: setup
	@$(call needs,demo/__main__.py)
	@exec $(PY) -m local_services run -- $(PY) -m demo $(ARGS)

test: setup browser
	@$(PY) -m pytest $(SPREAD) $(ARGS)

soak: setup browser
	@$(PY) -m pytest -m soak $(ARGS)

bench: setup
	@$(call needs,benchmarks/run.py)
	@exec $(PY) -m local_services run -- $(PY) -m benchmarks.run $(ARGS)

lint: setup
	@./.ci/lint

screenshots: setup browser
	@$(call needs,demo/screenshots.py)
	@exec $(PY) -m local_services run -- $(PY) -m demo.screenshots $(ARGS)

define needs
test -e $(1) || { echo "make $@: $(1) is not here yet." >&2; exit 1; }
endef
