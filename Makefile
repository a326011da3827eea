# Builds, checks, tests and runs striplight. `make help` lists the targets.
# A fresh clone needs Node 20, npm and make; everything else is installed into node_modules.

BIN := node_modules/.bin
STAMP := node_modules/.package-lock.json
TSX := node --import tsx

INSPECTOR := $(shell find assembly/inspector -name '*.ts') asconfig.json
JUDGE := $(shell find assembly/judge -name '*.ts') asconfig.json
HOST := $(shell find host -name '*.ts') package.json

BUILT := build/inspector.wasm build/judge.wasm build/striplight.cjs
# The same inspector with a board's table sizes, and without vectors: for packages and tests.
VARIANTS := build/inspector-board.wasm build/inspector-scalar.wasm

TEST ?= 'test/**/*.test.ts'
CAPTURE ?= test/captures/uplink-story.pcap

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: build check test test-update run demo bench bench-live bench-peers bench-arm fuzz soak soak-parsers soak-collectors floods licences pcap package feed fresh board-memory tables size lint format clean help

build: $(BUILT) ## compile the inspector, the judge and the host

# Installed packages that already match the lock file are left alone.
$(STAMP): package-lock.json
	@npm ls >/dev/null 2>&1 || npm ci
	@touch $@

build/inspector.wasm: TARGET := desk
build/inspector-board.wasm: TARGET := board
build/inspector-scalar.wasm: TARGET := scalar
build/judge.wasm: TARGET := judge

build/inspector.wasm build/inspector-board.wasm build/inspector-scalar.wasm: $(INSPECTOR) $(STAMP)
	$(BIN)/asc assembly/inspector/index.ts --config asconfig.json --target $(TARGET)

build/judge.wasm: $(JUDGE) $(STAMP)
	$(BIN)/asc assembly/judge/index.ts --config asconfig.json --target $(TARGET)

# CommonJS, because a command's parts are then loaded when it runs, and Node's own modules without every
# getter of theirs; koffi stays outside: it loads its own binary. import.meta.url is the file's own address.
build/striplight.cjs: $(HOST) $(STAMP)
	$(BIN)/esbuild host/main.ts --bundle --platform=node --target=node20 --format=cjs \
	  --main-fields=module,main --external:koffi --minify-whitespace --minify-syntax \
	  --log-level=warning --outfile=$@ --define:import.meta.url=bundleUrl \
	  --banner:js='const bundleUrl = require("node:url").pathToFileURL(__filename).href;'
	chmod +x $@

check: $(STAMP) ## type-check host and assembly, lint
	$(BIN)/tsc -p host
	$(BIN)/tsc -p assembly
	$(BIN)/biome check

test: build $(VARIANTS) ## run every test (TEST=test/host/abi.test.ts or MOCHA='-g name' narrows)
	$(BIN)/mocha $(MOCHA) $(TEST)

run: $(BUILT) ## replay the bundled capture, or tap a live interface: make run IFACE=eth0
	@$(if $(IFACE),build/striplight.cjs watch -i $(IFACE),build/striplight.cjs replay $(CAPTURE))

demo: build ## the whole story live, in network namespaces (as root)
	@$(TSX) test/lab/demo.ts

bench: build ## measure speed against the C references (BENCH=… goes to test/bench/run.ts)
	$(TSX) test/bench/run.ts $(BENCH)

bench-peers: build ## the same beside tshark, nDPI and Suricata, which it fetches (as root)
	$(TSX) test/bench/peer-root.ts
	$(TSX) test/bench/run.ts --peers $(BENCH)

bench-live: build ## measure the live tap on a veth pair (as root)
	$(TSX) test/bench/live.ts $(BENCH)

bench-arm: build $(VARIANTS) ## count instructions a frame on emulated machines, estimate Cortex-A53 (as root)
	@$(TSX) test/bench/instructions.ts $(BENCH)

fuzz: build build/inspector-scalar.wasm ## feed the inspector broken frames (SEED=1 SECONDS=60)
	$(TSX) test/fuzz/fuzz.ts $(or $(SEED),1) $(or $(SECONDS),60)

soak: build ## the inspector translated to C under libFuzzer, with coverage (SECONDS=60)
	$(TSX) test/fuzz/translated/soak.ts $(or $(SECONDS),60)

soak-parsers: build ## broken captures, configurations and states (INPUTS=1000000 of each)
	$(TSX) test/fuzz/parser-soak.ts $(or $(INPUTS),1000000)

soak-collectors: $(STAMP) ## deliveries to broken collectors over UDP, TCP, TLS (SECONDS=60 SEED=1)
	@$(TSX) test/fuzz/delivery-soak.ts $(or $(SECONDS),60) $(or $(SEED),1)

floods: build ## nine floods with a tampered session in each: a row apiece; fails on a "no" (FRAMES=300000)
	@$(TSX) test/bench/flood.ts $(FRAMES)

licences: $(STAMP) ## list every package's licence; fails on one nobody accepted
	@$(TSX) test/tidy/licence.ts

pcap: $(STAMP) ## write a scenario as a capture file (SCENARIO=test/scenario/…)
	@$(TSX) test/scenario/language/write.ts $(SCENARIO)

test-update: build ## rewrite what scenarios expect, in place; read the difference
	SCENARIO_UPDATE=1 $(BIN)/mocha test/scenario/run.test.ts
	git diff --stat -- test/scenario

package: build $(VARIANTS) ## write .apk and .ipk for routers into build/board (ARCH=aarch64_cortex-a72)
	$(TSX) board/package/write.ts $(ARCH)

feed: build $(VARIANTS) ## write them with signed indexes (KEYS=folder, default ~/.config/striplight/feed-key)
	$(TSX) board/package/write.ts --feed $(ARCH)

fresh: $(STAMP) ## the README's commands in a root that holds only what it asks for (as root; COMMANDS="run test feed")
	@$(TSX) test/fresh/run.ts

board-memory: build $(VARIANTS) ## what the watch holds on an emulated router of 256 MiB (as root; MINUTES=10)
	@$(TSX) test/bench/board-memory.ts

tables: build/judge.wasm ## write what is made from the judge's evidence catalogue; read the difference
	@$(TSX) test/tidy/tables.ts

size: build $(VARIANTS) ## print sizes, memory and start-up time
	$(TSX) test/bench/size.ts

lint: $(STAMP) ## lint only
	$(BIN)/biome lint

format: $(STAMP) ## rewrite host and test sources in the project's format
	$(BIN)/biome check --write

clean: ## remove what was built
	rm -rf build

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' Makefile
