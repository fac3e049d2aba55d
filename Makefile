# make demo: sets everything up and shows a program at work between network namespaces.
# make test: sets everything up and runs the tests but those that take minutes each, which `make test-slow` runs.
# Both work in a fresh clone on Debian 12 with nothing but Rust.

.PHONY: all setup build demo demo-p4runtime test test-slow agreement bench install install-built uninstall clean

all: build

setup:
	@sh .ci/setup

build: setup
	cargo build --release

# Without debug information and with little optimisation: building is all that takes time in a demo.
demo:
	@sh .ci/setup build
	cargo build --profile demo
	@P4XDP=$(CURDIR)/target/demo/p4xdp sh examples/demo.sh

# A P4Runtime server, and a shell to type in; without a terminal it types itself.
demo-p4runtime:
	@sh .ci/setup p4runtime
	cargo build --profile demo
	@P4XDP=$(CURDIR)/target/demo/p4xdp sh examples/p4runtime/demo.sh

test: setup
	cargo test --workspace --no-fail-fast

# Random programs, mutants, faults in passes, the demos, packet tests of split programs, objects by another clang and by aya, costs of programs that get out of hand. A line every ten seconds says how far it is.
SLOW = --test stale --test loaders --test clangs --test demos --test mutation --test agreement --test stf --test costs
test-slow: setup
	cargo test --workspace --no-fail-fast $(SLOW) -- --ignored

# Random programs, far more of them than `make test-slow` has time for.
agreement: setup
	P4XDP_PROGRAMS=100000 cargo test --release --test agreement -- --ignored "random programs: passes"
	P4XDP_PROGRAMS=2000 cargo test --release --test agreement -- --ignored --exact "random programs: kernel"
	P4XDP_LARGE=1 P4XDP_PROGRAMS=1000 cargo test --release --test agreement -- --ignored "large random programs: kernel"

bench: setup
	cargo bench

# Binary, manual pages and completions; packagers set DESTDIR and PREFIX.
PREFIX ?= /usr/local
DESTDIR ?=
BINARY ?= target/release/p4xdp
SHARE = $(DESTDIR)$(PREFIX)/share
BASH_COMPLETION = $(SHARE)/bash-completion/completions/p4xdp
ZSH_COMPLETION = $(SHARE)/zsh/site-functions/_p4xdp
FISH_COMPLETION = $(SHARE)/fish/vendor_completions.d/p4xdp.fish

# Builds only what is not there: root often has no cargo.
install: $(BINARY) install-built

$(BINARY):
	$(MAKE) build

# What `make install` copies, for a binary that is there.
install-built:
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/p4xdp
	install -d $(SHARE)/man/man1 $(dir $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION))
	$(BINARY) man --out-dir $(SHARE)/man/man1
	$(BINARY) completions bash >$(BASH_COMPLETION)
	$(BINARY) completions zsh >$(ZSH_COMPLETION)
	$(BINARY) completions fish >$(FISH_COMPLETION)

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/p4xdp $(SHARE)/man/man1/p4xdp.1 $(SHARE)/man/man1/p4xdp-*.1
	rm -f $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)

clean:
	cargo clean
