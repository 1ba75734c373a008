# The portal. `make help` lists what can be asked for.
SHELL := /bin/bash
PY := .venv/bin/python
HOST ?= 127.0.0.1
PORT ?= 8000
LINT_PACKAGES := gettext
TEST_PACKAGES := chromium postgresql redis-server poppler-utils default-jre-headless fonts-noto-core fonts-droid-fallback nginx-light pgbouncer
PROVE_PACKAGES := gcc libc6-dev clamav-daemon
# Most of what tests write is deleted at once: so it is kept in memory, if there is enough.
TEST_FOLDER := $(shell df --output=avail -k /dev/shm 2> /dev/null | awk 'NR == 2 && $$1 > 4000000 { print "/dev/shm" }')
CLUSTER_PACKAGES := patroni etcd-server etcd-client haproxy pgbouncer postgresql

# The output of `make build`, and its sources: `make run` builds again only if one of these is newer.
BUILT := build/made
SOURCES := $(shell find portal static/css static/js tools/away_pages.py -type f \( -name '*.py' -o -name '*.po' -o -name '*.html' -o -name '*.css' -o -name '*.js' -o -name '*.csv' \))

ifndef TOGETHER
.NOTPARALLEL:
endif
.PHONY: help run test prove cluster-test bench format lint lint-code lint-imports lint-types lint-templates lint-texts \
  translations requirements environment lint-environment test-environment build

help: ## This list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

run: environment $(BUILT) ## Everything a fresh machine needs, then the portal on http://localhost:8000
	@PORT='$(PORT)' HOST='$(HOST)' tools/run

test: export PYTHONDONTWRITEBYTECODE =
test: lint test-environment build ## Lint, types, translations, every test
	TMPDIR=$(or $(TEST_FOLDER),/tmp) $(PY) -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --ignore=tests/as_run
	$(PY) -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder tests/as_run

prove: test-environment build ## What is too long for make test, in an hour (PART=NAME one of it, PART=--list which, PART=--full hours)
	tools/system-packages $(PROVE_PACKAGES)
	$(PY) -m bench.prove $(PART)

cluster-test: test-environment build ## A PostgreSQL cluster whose primary is killed under load; figures in docs/measured.md
	@tools/system-packages $(CLUSTER_PACKAGES)
	$(PY) -m bench.cluster

bench: test-environment build ## The benchmarks, as ratios in one run
	$(PY) -m bench.run

format: lint-environment ## Lay the code out as the style wants it
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format .

lint: lint-environment ## Style, import order, types, templates, texts: every part, and all that is wrong
	@$(MAKE) --no-print-directory --keep-going --jobs 2 --output-sync=target TOGETHER=1 lint-types lint-code lint-imports lint-templates lint-texts

lint-code: lint-environment
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .

lint-imports: lint-environment
	.venv/bin/lint-imports

lint-types: lint-environment
	.venv/bin/mypy

lint-templates: lint-environment
	.venv/bin/djlint --lint --quiet portal/templates

lint-texts: lint-environment
	tools/check-translations
	$(PY) tools/check_english.py
	$(PY) tools/check_prose.py

translations: lint-environment ## Extract the texts, update every catalogue, say what is missing
	tools/update-translations

environment: .venv/.run

lint-environment: .venv/.lint

test-environment: .venv/.test

.venv/.run: requirements.txt
	@tools/environment requirements.txt
	@touch $@

.venv/.lint: requirements-test.txt
	@tools/system-packages $(LINT_PACKAGES)
	@tools/environment requirements-test.txt
	@touch .venv/.run $@

.venv/.test: .venv/.lint
	@tools/system-packages $(TEST_PACKAGES)
	@touch $@

requirements: environment ## Choose the newest fitting libraries anew, with their hashes, from pyproject.toml
	tools/choose-libraries

build: ## Compile catalogues and modules, write the pages for a web server, compress static files
	@tools/quietly "Compiling texts, pages and styles" tools/build
	@mkdir -p build && touch $(BUILT)

$(BUILT): .venv/.run $(SOURCES)
	@$(MAKE) --no-print-directory build
