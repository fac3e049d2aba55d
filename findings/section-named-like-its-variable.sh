#!/bin/sh
# A variable cannot be called as the section that it is in, as in `char license[] SEC("license")`, which is what a BPF program would write: the assemblers of LLVM
# (clang 14.0.6, 19.1.7; for BPF and for x86-64) and of GNU (binutils 2.40, gcc 12.2.0) take the section's own symbol for the variable. `_license` and
# `LICENSE`, as programs have it, do. The message names neither section nor line. Needs clang-14, clang-19 and gcc of Debian 12.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for compiler in clang-14 clang-19 gcc; do
    command -v $compiler >/dev/null || {
        echo "needs clang-14, clang-19 and gcc" >&2
        exit 2
    }
done
program() { echo "char $1[] __attribute__((section(\"license\"), used)) = \"GPL\";" >"$dir/$1.c"; }
program license
program _license
for compiler in 'clang-14 -target bpf' 'clang-19 -target bpf' 'clang-19 -target x86_64' gcc; do
    $compiler -c "$dir/_license.c" -o "$dir/out.o"
    if said=$($compiler -c "$dir/license.c" -o "$dir/out.o" 2>&1); then
        echo "$compiler: accepted" >&2
        exit 1
    fi
    said=$(echo "$said" | grep -o "symbol .license. is already defined" | head -n 1)
    echo "$compiler: $said"
    [ -n "$said" ]
done
