# The registry's commands; `make` alone lists them. Needs Python 3.11 or newer and fetches the rest, pinned by hash.

PORT ?= 8000
PYTHON ?= python3
PYTEST_ARGS ?=
CASES ?= 100000
TURNS ?= 60
BENCH_ARGS ?=
SOAK_MINUTES ?= 3
SOAK_ARGS ?=

BIN := .venv/bin
PY := $(BIN)/python
# A worker for each core, four at most; what PYTEST_ARGS says comes after it and wins (-n 0 for a single process).
PYTEST := $(PY) -m pytest -n auto --maxprocesses 4
RUNTIME := .venv/.runtime
TOOLS := .venv/.tools
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes

# What the registry writes under var/ (database, keys) is for its own user only.
MANAGE := umask 077 && $(PY) manage.py

# No forwarder headers: a proxy may say where a request came from (X-Forwarded-…), never which path it asked.
GUNICORN := umask 077 && exec $(PY) -m gunicorn krat.wsgi --bind 127.0.0.1:$(PORT) \
	--config python:krat.server --forwarder-headers ""

# Checks and tests give the same answer on every machine, whatever its environment says.
CLEAN := env -u ALLOWED_HOSTS -u DATABASE_URL -u EMAIL_URL -u KRAT_KEYS -u LANGUAGE_CODE -u SECRET_KEY KRAT_NO_DOTENV=1

# The invented world on this machine: nothing to configure, cookies that work without TLS.
run lint test test-full soak format messages: export KRAT_DEMO := 1
run lint test test-full soak format messages: export DEBUG := 0
run lint test test-full soak format messages: export PLAIN_HTTP := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run serve port test test-full soak bench lint format messages lock programs gettext pango
MAKEFLAGS += --no-print-directory

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Serving ------------------------------------------------------------------------------------------------

run: $(RUNTIME) port pango ## Serve the invented world on http://localhost:8000 (PORT=8001 for another port)
	@$(MANAGE) migrate --no-input --verbosity 0
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(MANAGE) demo --if-empty
	@echo "The registry answers on http://localhost:$(PORT) until Ctrl+C."
	@$(GUNICORN)

serve: $(RUNTIME) port pango ## Serve with the settings of the environment, to a proxy on this machine (PORT=8001)
	@$(MANAGE) check --deploy --fail-level ERROR
	@$(MANAGE) migrate --no-input --verbosity 0
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(GUNICORN)

port: $(RUNTIME)
	@$(PY) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null || { \
		echo 'Port $(PORT) is taken on this machine, or may not be used. Choose another one with PORT=8001.' >&2; exit 1; }

# --- Checks and tests ---------------------------------------------------------------------------------------

# One line a check, always in this order; what a failed one has to say follows its line.
define CHECKS
umask 077; failed=0; \
check() { \
	printf '%-26s' "$$1"; shift; \
	if said=$$($(CLEAN) "$$@" 2>&1); then echo ok; else echo FAILED; echo "$$said"; failed=1; fi; \
}; \
check 'ruff format' $(PY) -m ruff format --check .; \
check 'ruff check' $(PY) -m ruff check .; \
check 'mypy' $(PY) -m mypy; \
check 'import-linter' $(BIN)/lint-imports --no-logo; \
check 'djlint lint' $(PY) -m djlint templates --lint; \
check 'manage.py check' $(PY) manage.py check; \
check 'manage.py makemigrations' $(PY) manage.py makemigrations --check --dry-run
endef

lint: $(TOOLS) ## Every check but the tests
	@$(CHECKS); exit $$failed

# Both databases at once: neither keeps two cores busy by itself. What PostgreSQL said is printed after SQLite's part.
define TESTS
if missing=$$($(PY) -m tests.postgres --find 2>&1 >/dev/null); then \
	said=$$(mktemp); trap 'kill $$other 2>/dev/null; rm -f "$$said"' EXIT; trap 'exit 130' INT TERM; \
	$(CLEAN) $(PY) -m tests.postgres -- $(PYTEST) $(PYTEST_ARGS) >"$$said" 2>&1 & other=$$!; \
	echo 'Tests on SQLite:'; \
	KRAT_POSTGRESQL_FOLLOWS=1 $(CLEAN) $(PYTEST) $(PYTEST_ARGS) || failed=1; \
	wait $$other || failed=1; \
	echo 'Tests on PostgreSQL:'; cat "$$said"; \
else \
	echo 'Tests on SQLite:'; \
	KRAT_NOT_RUN="$$missing" $(CLEAN) $(PYTEST) $(PYTEST_ARGS) || failed=1; \
fi
endef

test: $(TOOLS) programs ## Every check, then every test on SQLite and on PostgreSQL (PYTEST_ARGS=… for pytest)
	@$(CHECKS); $(TESTS); exit $$failed

test-full: export KRAT_FULL := 1
test-full: test ## The same with the long walks: every role for every page, every page drawn, everything on both

# One process: kills and full disks are counted against a machine that does nothing else.
soak: export KRAT_SOAK := 1
soak: export KRAT_SOAK_MINUTES := $(SOAK_MINUTES)
soak: $(TOOLS) programs ## Long runs: kills, full disk, stopped database, many writers; SOAK_MINUTES=3 a test, on both
	@failed=0; \
	echo 'Long runs on SQLite:'; \
	$(CLEAN) $(PY) -m pytest -n 0 tests/soak --durations=0 --durations-min=1 $(SOAK_ARGS) || failed=1; \
	echo 'Long runs on PostgreSQL:'; \
	$(CLEAN) $(PY) -m tests.postgres -- \
		$(PY) -m pytest -n 0 tests/soak --durations=0 --durations-min=1 $(SOAK_ARGS) || failed=1; \
	exit $$failed

bench: $(TOOLS) ## Measure with CASES=100000 invented cases, TURNS=60 each (ON=postgresql; BEFORE=COMMIT; BENCH_ARGS=--fresh)
	@umask 077 && $(CLEAN) $(PY) -m bench --cases $(CASES) --turns $(TURNS) \
		$(if $(ON),--on $(ON)) $(if $(BEFORE),--before $(BEFORE)) $(BENCH_ARGS)

format: $(TOOLS) ## Put the code into the one look
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format --quiet .

messages: $(RUNTIME) gettext ## Collect the words to translate into locale/, and compile the catalogues
	@$(MANAGE) makemessages --locale sq --add-location file --no-obsolete --ignore var --ignore tests
	@$(MANAGE) compilemessages --locale sq --ignore .venv --ignore var

# --- What has to be on the machine --------------------------------------------------------------------------

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Python 3.11 or newer is needed. Name it with PYTHON=python3.12, for example.' >&2; exit 1; }
	@missing=''; $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing='python3-venv'; $(INSTALL)
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }

$(RUNTIME): requirements.txt | $(PY)
	@echo 'Installing what the registry runs on ...'
	@$(PIP) -r requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt requirements.txt | $(PY)
	@echo 'Installing what the registry runs on, and the tools for checks and tests ...'
	@$(PIP) -r requirements-dev.txt
	@touch $(RUNTIME) $@

# Installs the Debian packages in $missing where it may, each by itself so that an unknown one does not hold up the
# others; elsewhere names them. Never fails: what could not run is said where it would have run.
define INSTALL
if [ -z "$$missing" ]; then :; \
elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	echo "Installing Debian packages: $$missing ..."; \
	apt-get update -qq || true; \
	for package in $$missing; do \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$package" >/dev/null \
			|| echo "Could not be installed: $$package."; \
	done; \
else \
	echo "Missing on this machine, and not for this user to install: $$missing."; \
fi
endef

# The tests make a PostgreSQL cluster of their own; the one Debian's package makes is left alone.
programs: $(TOOLS)
	@missing=$$($(PANGO)); \
	command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || \
		missing="$$missing chromium-headless-shell"; \
	command -v msgfmt >/dev/null || missing="$$missing gettext"; \
	$(PY) -m tests.postgres --find >/dev/null 2>&1 || missing="$$missing postgresql"; \
	missing=$${missing# }; $(INSTALL)

# What papers as PDF are drawn with; without it the registry serves without them.
PANGO := $(PY) -c 'from krat.export import pdf; print("" if pdf.is_available() else "libpango-1.0-0 libpangoft2-1.0-0")'

pango: $(RUNTIME)
	@missing=$$($(PANGO)); $(INSTALL)

gettext:
	@missing=''; command -v msgfmt >/dev/null || missing='gettext'; $(INSTALL)

# --- Pinning ------------------------------------------------------------------------------------------------

LOCK := var/lock/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --custom-compile-command 'make lock'

lock: ## Pin the requirements anew, with their hashes, after a change to a requirements*.in
	@$(PYTHON) -m venv var/lock && var/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(LOCK) requirements.in --output-file requirements.txt
	@$(LOCK) requirements-dev.in --output-file requirements-dev.txt
