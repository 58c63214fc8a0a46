# vaelib: build, test, demonstrate, install. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
# One after another, but for what `test` has done side by side.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif

# Each of these can be set on the command line: make install PREFIX=$HOME/.local
SWIFT   ?= $(firstword $(shell command -v swift) $(wildcard /opt/swift/usr/bin/swift))
PYTHON  ?= python3
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
DEBUG_SYMBOLS ?=
DATA    ?=
OUTPUT  ?= demo-output

# The header holds the one definition of the version and of the ABI number.
HEADER  := include/vaelib.h
VERSION := $(shell sed -n 's/^.define VAELIB_VERSION "\(.*\)"/\1/p' $(HEADER))
ABI     := $(shell sed -n 's/^.define VAELIB_ABI_VERSION \([0-9]*\)/\1/p' $(HEADER))
LIBRARY := .build/release/libvaelib.so
VENV    := .venv/bin
SHORT_ROWS := "784-400-20 relu*batch 128" "30-64-32-8*" "denoising*batch 100" "Python: encode 784-400-20*" \
              "C: encode*1 row"

export SWIFT PYTHON

say = @printf '==> %s\n'

.PHONY: help build generate test test-fast test-long test-races bench bench-short docs demo install clean
.PHONY: lint check-kernels check-preparation check-exports check-header abi-check test-swift test-c test-c-sanitized test-install wheel test-wheel test-wheel-bare test-documents test-python
.PHONY: dependencies-build dependencies-test swift-toolchain

help: ## show this list
	@echo "make TARGET, where TARGET is one of:"
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1#\2/p' Makefile | awk -F '#' '{ printf "  %-16s  %s\n", $$1, $$2 }'

# ---- building ------------------------------------------------------------------------------------------------------

build: dependencies-build swift-toolchain ## build the release library (the default)
	$(say) "building $(LIBRARY)"
	@$(SWIFT) build -c release --product vaelib
	@ln -sf libvaelib.so $(LIBRARY).$(ABI)

dependencies-build:
	@scripts/install-dependencies.sh build

dependencies-test:
	@scripts/install-dependencies.sh build test

swift-toolchain:
	@scripts/check-swift.sh "$(SWIFT)"

generate: build .venv/installed ## write what the Python package takes from the header and the library's parameters
	@$(VENV)/python scripts/generate-python.py

# Installed again only when what it is made from has changed.
.venv/installed: bindings/python/pyproject.toml scripts/make-venv.sh
	@scripts/install-dependencies.sh python
	$(say) "installing the Python package and its tools into .venv"
	@scripts/make-venv.sh

# ---- testing -------------------------------------------------------------------------------------------------------

# Compilers leave processors idle, and so do programs of one thread.
side-by-side := --no-print-directory --jobs 2 --output-sync=line SIDE_BY_SIDE=yes

test: dependencies-test ## run every check; the first time, building takes most of the time
	@$(MAKE) $(side-by-side) lint test-swift build
	@$(MAKE) --no-print-directory check-kernels check-preparation check-exports check-header abi-check test-c
	@$(MAKE) $(side-by-side) test-c-sanitized test-install test-wheel test-documents
	@$(MAKE) --no-print-directory test-python
	@echo "vaelib $(VERSION): every check passed."

test-fast: build check-exports check-header test-c .venv/installed ## run the checks that take seconds
	$(say) "running the Python tests that are not slow"
	@$(VENV)/python -m pytest -q --numprocesses auto -m "not slow" Tests/python
	@echo "vaelib $(VERSION): the fast checks passed."

lint: dependencies-test swift-toolchain .venv/installed ## check the style of Swift, Python and shell sources
	$(say) "checking the style of the Swift sources"
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests
	$(say) "checking the style and the types of the Python sources"
	@scripts/lint-python.sh
	$(say) "checking the shell scripts"
	@shellcheck scripts/*.sh .ci/run

test-swift: dependencies-build swift-toolchain ## run the engine's own tests
	$(say) "building and running the Swift tests"
	@$(SWIFT) test --scratch-path .build/tests --disable-xctest 2>&1 | { grep -vE '^(◇|✔ (Suite|Test (case )?[^ ]+\(|Test "|Test case ))' || true; }

check-kernels: build
	$(say) "checking that the kernels leave no weak symbols"
	@scripts/check-kernels.sh

check-preparation: build
	$(say) "checking that no value is left to be computed by two threads of a forked child"
	@scripts/check-preparation.sh

check-exports: build
	$(say) "comparing the exported symbols with the header"
	@scripts/check-exports.sh $(LIBRARY)

check-header: build
	$(say) "compiling the header as C99, C11, C17 and C++17"
	@scripts/check-header.sh

abi-check: dependencies-test ## compare the header with docs/abi.xml, on which compiled programs rely
	$(say) "comparing the header's types, places and numbers with docs/abi.xml"
	@scripts/check-abi.sh

test-c: build .venv/installed ## run the C tests and the C examples
	$(say) "running the C tests and examples"
	@scripts/test-c.sh

test-c-sanitized: build .venv/installed
	$(say) "running the C tests and examples under AddressSanitizer and UBSan"
	@scripts/test-c.sh --sanitize

test-install: build
	$(say) "installing into a scratch folder and building a program against it"
	@scripts/test-install.sh

test-wheel: build .venv/installed
	$(say) "installing the Python package into a fresh environment and using it"
	@scripts/test-wheel.sh

wheel: build .venv/installed ## make a wheel that brings all it needs, in dist/; compiling HDF5 takes minutes
	$(say) "making a wheel for dist/"
	@scripts/make-wheel.sh dist

test-wheel-bare: wheel ## use that wheel where nothing else is installed; needs root and the network
	$(say) "using the wheel of dist/ where nothing else is installed"
	@scripts/test-wheel-bare.sh dist/vaelib-*.whl

test-documents: build .venv/installed
	$(say) "running the code in README.md, the tutorial, the other pages and the tour of the command line"
	@scripts/test-documents.sh

test-python: build .venv/installed ## run the Python tests
	$(say) "running the Python tests"
	@$(VENV)/python -m pytest --numprocesses auto Tests/python

test-long: build .venv/installed ## run the tests that take minutes each: 100,000 damaged files, 100,000 forks
	$(say) "running the Python tests that take minutes"
	@$(VENV)/python -m pytest -m long Tests/python

test-races: build ## look for races with ThreadSanitizer and valgrind, which takes minutes
	@scripts/install-dependencies.sh races
	$(say) "running the C tests of threads under ThreadSanitizer and drd"
	@scripts/test-races.sh

# ---- measuring -----------------------------------------------------------------------------------------------------

bench: build .venv-bench/installed ## measure speed beside other libraries, which are installed; results go to bench-output/
	$(say) "measuring training, queries, imports and streaming, which takes some twenty minutes"
	@cd benchmarks && ../.venv-bench/bin/python -m speed

bench-short: build .venv/installed ## measure a few rows of these beside numpy alone, in less than a minute
	$(say) "measuring a few rows beside their products of matrices alone"
	@cd benchmarks && ../$(VENV)/python -m speed --output ../bench-output/short --rounds 10 \
	    --contestants numpy "products alone" --rows $(SHORT_ROWS)

# Installed again only when what it is made from has changed.
.venv-bench/installed: bindings/python/pyproject.toml benchmarks/speed/peers.txt scripts/make-bench-venv.sh
	@scripts/install-dependencies.sh python
	$(say) "installing the Python package and what it is compared with into .venv-bench"
	@scripts/make-bench-venv.sh

# ---- documenting ---------------------------------------------------------------------------------------------------

docs: build .venv-docs/installed ## make the documentation as a site, and check its links
	$(say) "drawing the gallery, making the site and checking its links"
	@scripts/make-docs.sh

# Installed again only when what it is made from has changed.
.venv-docs/installed: bindings/python/pyproject.toml docs/site/requirements.txt scripts/make-docs-venv.sh
	@scripts/install-dependencies.sh python
	$(say) "installing the Python package and what makes the site into .venv-docs"
	@scripts/make-docs-venv.sh

# ---- using ---------------------------------------------------------------------------------------------------------

demo: build .venv/installed ## train on digits and draw pictures; DATA=file.h5 takes other images
	$(say) "training a variational auto-encoder; pictures go to $(OUTPUT)/"
	@$(VENV)/python bindings/python/examples/digits.py $(if $(DATA),--data "$(DATA)") --output "$(OUTPUT)"

# Installs what is built, without building as root what a user has built.
install: ## install library, header and so on; PREFIX=/usr/local DESTDIR=; DEBUG_SYMBOLS=1 adds debug information
	@test -e $(LIBRARY) || $(MAKE) build
	$(say) "installing vaelib $(VERSION) into $(DESTDIR)$(PREFIX)"
	@scripts/install.sh "$(DESTDIR)" "$(PREFIX)" "$(LIBDIR)" "$(VERSION)" "$(ABI)" "$(DEBUG_SYMBOLS)"

clean: ## remove everything that was built or installed here
	$(say) "removing .build, .venv, .venv-bench, .venv-docs and dist"
	@rm -rf .build .venv .venv-bench .venv-docs dist
