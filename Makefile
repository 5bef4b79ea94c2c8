# neumf, day by day. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

SWIFT ?= swift
export SWIFT
NEUMF := .build/release/neumf

# What `make train` trains on: ratings.dat, a folder or the prefix of the NCF files. Without it, generated ratings.
DATA ?=
# movielens, ncf, netflix or csv: how DATA is written.
FORMAT ?= movielens
# Titles of the items; those beside DATA are found.
ITEMS ?= $(if $(DATA),$(firstword $(wildcard $(foreach folder,$(DATA) $(dir $(DATA)),$(addprefix $(folder)/,$(TITLES))))))
TITLES := movies.dat u.item movies.csv movie_titles.csv
# In a folder of MovieLens, the file of ratings.
INPUT := $(firstword $(wildcard $(addprefix $(DATA)/,ratings.dat u.data ratings.csv)) $(DATA))
# The run goes to runs/NAME.
NAME ?= $(shell date +%Y-%m-%d-%H%M%S)
# More options for `neumf train`, such as OPTIONS="--epochs 5 --consistency ssp:4".
OPTIONS ?=

# Two files of the same name in different folders are prepared apart.
PREPARED := data/$(if $(DATA),$(FORMAT)-$(shell realpath -m $(DATA) | cksum | cut -d ' ' -f 1),synthetic)
# As many users, items and ratings as MovieLens 1M.
SYNTHETIC := --users 6040 --items 3706 --interactions 1000209 --seed 1 --format movielens

.PHONY: help setup setup-tests build train test check bench fuzz simulate simulator clean

help: ## lists the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 14

setup-tests:
	@deploy/setup tests

setup: ## installs the system libraries that are missing, where it may
	@deploy/setup

build: setup ## builds the release executable
	$(SWIFT) build -c release --product neumf

train: build $(PREPARED)/.done ## trains NeuMF with two workers and one server; DATA=, FORMAT=, NAME=, OPTIONS=
	$(NEUMF) train --data $(PREPARED) --output runs/$(NAME) --workers 2 --servers 1 $(OPTIONS)

data/synthetic/.done: data/ratings/.done | build
	$(NEUMF) prepare data/ratings/ratings.dat --format movielens --items data/ratings/movies.dat --output data/synthetic
	@touch $@

data/ratings/.done: | build
	$(NEUMF) synthesize $(SYNTHETIC) --output data/ratings
	@touch $@

data/$(FORMAT)-%/.done: $(wildcard $(INPUT) $(INPUT).train.rating) | build
	$(NEUMF) prepare $(INPUT) --format $(FORMAT) $(if $(ITEMS),--items $(ITEMS)) --output $(@D)
	@touch $@

test: setup-tests build simulator ## builds and runs all tests
	$(SWIFT) test

check: setup-tests build simulator ## what CI runs: style, imports, tests
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	$(SWIFT) test --skip-build

simulator: setup
	$(SWIFT) build -c release --product neumf-simulate

bench: build ## measures the parts, the whole, and PyTorch; ROUNDS= says how often
	$(SWIFT) build -c release --product neumf-bench
	$(MAKE) --no-print-directory -C Benchmarks

# What `make fuzz` fuzzes, for how many seconds each, and how many at once.
TARGETS ?= frames links server worker coordinator sections checkpoint container model plan ncf movielens netflix csv
SECONDS_EACH ?= 60
JOBS ?= 1
CORPUS := Tests/HostileBytesTests/Corpus
FUZZ := .build/fuzz/release/neumf-fuzz
# Inputs of more bytes find nothing that shorter ones do not; none of ours takes a hundredth of this time.
FUZZ_LIMITS := -max_len=4096 -timeout=10 -rss_limit_mb=2048

fuzz: setup ## gives the decoders made-up bytes; TARGETS=, SECONDS_EACH=, JOBS=
	NEUMF_FUZZ=1 $(SWIFT) build -c release --scratch-path .build/fuzz --product neumf-fuzz \
	  -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld
	mkdir -p $(addprefix .build/fuzz/corpus/,$(TARGETS)) .build/fuzz/found
	printf '%s\n' $(TARGETS) | SWIFT_BACKTRACE=enable=no xargs -P $(JOBS) -I TARGET $(FUZZ) TARGET \
	  $(FUZZ_LIMITS) -max_total_time=$(SECONDS_EACH) -print_final_stats=1 -artifact_prefix=.build/fuzz/found/TARGET- \
	  .build/fuzz/corpus/TARGET $(CORPUS)/TARGET

# How many schedules of faults `make simulate` runs, from which seed on, and how many at once; or one of them again, as a
# failure says: SEED=, PLAN= and, where it was made on purpose, BUG=.
SCHEDULES ?= 10000
FIRST ?= 1
SIMULATIONS ?= 2
SEED ?=
PLAN ?=
BUG ?=
SIMULATE_OPTIONS = $(if $(SEED),--seed $(SEED) $(if $(PLAN),--plan '$(PLAN)'),\
  --schedules $(SCHEDULES) --first $(FIRST) --jobs $(SIMULATIONS)) $(if $(BUG),--bug $(BUG))

simulate: simulator ## simulates clusters under faults; SCHEDULES=, FIRST=, SIMULATIONS=, or SEED= and PLAN=
	.build/release/neumf-simulate $(SIMULATE_OPTIONS)

clean: ## removes what was built and generated, but no run
	rm -rf .build data
