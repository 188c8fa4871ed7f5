# Every target is a command or two that can be typed as well. Without a name: the race.
# `race test bench check ladder pictures book lint` need a stable toolchain; the others say what they need.

MDBOOK_VERSION = 0.5
NIGHTLY = cargo +nightly
ASAN = RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=target/asan \
	$(NIGHTLY) test --target $(shell uname -m)-unknown-linux-gnu --features stackful-coroutines/sanitizer
OTHER_SYSTEMS = x86_64-pc-windows-gnu aarch64-apple-darwin

# The lines between two comments of README.md, replaced by those of a file.
BETWEEN = sed -e '/^<!-- ladder/r target/ladder.md' -e '/^<!-- ladder/,/^<!-- end of ladder/{/^<!--/!d;}'

.PHONY: race test bench check ladder pictures book lint portable large chaos inject browser exercises asan mutation loom shuttle fuzz nightly

race: ## every model of this platform, side by side
	cargo run --release

test: ## every test of the workspace
	cargo test --workspace

bench: ## Criterion, and a ranked table for each group; `cargo bench -- GROUP/MODEL` runs a part
	cargo bench

check: ## every model against the conformance suite and its fault matrix
	cargo run --release -- check

ladder: ## the table of models in README.md, from the list of models
	mkdir -p target
	cargo run --release -- list --markdown > target/ladder.md
	$(BETWEEN) README.md > target/README.md && cp target/README.md README.md

pictures: ## each picture of README.md and of the book, by the command that stands below it; on an idle machine
	cargo build --release
	mkdir -p docs/src/pictures
	grep -h -- '--svg docs/src/pictures/' README.md docs/src/*.md docs/src/models/*.md | sh -ex > /dev/null

book: ## docs/book/index.html
	mdbook --version 2>/dev/null | grep -qF 'v$(MDBOOK_VERSION).' || cargo install mdbook --version ^$(MDBOOK_VERSION) --locked
	mdbook build docs

lint: ## what has to be clean before a commit
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

portable: ## everything but the benches compiles for Windows and macOS; needs rustup
	rustup target add $(OTHER_SYSTEMS)
	CARGO_TARGET_DIR=target/portable cargo check --workspace --exclude benches $(addprefix --target ,$(OTHER_SYSTEMS))

large: ## ten thousand calls, model by model
	cargo test --release -p meanwhile --test large

chaos: ## spurious readiness, short reads, partial sends, for every model that polls
	cargo test --workspace --features meanwhile/chaos --test chaos

inject: ## the n-th failure of each system call, for every model; needs Linux and strace
	cargo test --release -p meanwhile --test inject

browser: ## pages in a headless browser, with their keys and colours; needs chromium and its driver
	cargo test -p meanwhile --features browser --test browser

exercises: ## starters fail for their reason, references pass, wrong answers are caught, tricks get their grade
	cargo test -p exercises --features graded --test graded --test adversarial --test programs

mutation: ## deliberate defects in a copy of the models, each of which the suite has to catch
	cargo run -p xtask -- mutation

loom: ## every interleaving of the runtime's own loop, with few preemptions
	RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test --release -p mini-runtime --test loom

shuttle: ## interleavings at random, of what is too large for loom
	RUSTFLAGS="--cfg shuttle" CARGO_TARGET_DIR=target/shuttle cargo test --release -p mini-runtime --test shuttle

fuzz: ## a minute of any bytes, cut anywhere; needs nightly and cargo-fuzz. What is found lands in fuzz/found
	mkdir -p fuzz/found
	cargo run -p downstream-mock --example fuzz_seeds -- fuzz/corpus/exchange
	$(NIGHTLY) fuzz run exchange fuzz/found fuzz/corpus/exchange -- -dict=fuzz/exchange.dict -max_total_time=60

# Two tests give a ring up on purpose, and so leak. The suite limits memory, which the sanitizer multiplies; the model with
# most `unsafe` keeps within.
asan: ## the models under AddressSanitizer; needs Linux and nightly
	$(ASAN) -p stackful-coroutines -p completion-ring --lib --tests -- --skip never_comes --skip was_cut
	$(ASAN) -p meanwhile --test every_model -- --skip every_row_is_held
	$(ASAN) -p meanwhile --test every_model -- every_row_is_held::io-uring

nightly: ## generator-style over the compiler's own coroutines; needs nightly
	CARGO_TARGET_DIR=target/nightly $(NIGHTLY) test -p generator-style --features nightly
