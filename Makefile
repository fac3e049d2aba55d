# make demo: sets everything up and shows a program at work between network namespaces.
# make test: sets everything up and runs every test.
# Both work in a fresh clone on Debian 12 with nothing but Rust.

.PHONY: all setup build demo test agreement bench install clean

all: build

setup:
	@sh .ci/setup

build: setup
	cargo build --release

demo: build
	@sh examples/demo.sh

test: setup
	cargo test --workspace --no-fail-fast

# Random programs, far more of them than `make test` has time for.
agreement: setup
	P4XDP_PROGRAMS=100000 cargo test --release --test agreement -- passes
	P4XDP_PROGRAMS=2000 cargo test --release --test agreement -- kernel

bench: setup
	cargo bench

install: setup
	cargo install --path .

clean:
	cargo clean
