#!/bin/sh
# clang 14.0.6 (Debian 12's clang-14): a BPF jump over more than 32,767 instructions is cut to the 16 bits that it has, without a word and with exit status 0. Here
# a jump forward over 40,002 instructions comes out as one back over 25,534, to in front of the function. Later versions end with an error instead. Needs the
# packages clang-14 and llvm-14.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
clang-14 --version 2>/dev/null | grep -q 14.0.6 && command -v llvm-objdump-14 >/dev/null || {
    echo "needs clang-14 of version 14.0.6, and llvm-14" >&2
    exit 2
}
jump() { # jump N: the jump over N instructions and two of its own
    cat >"$dir/far.c" <<C
int far(int *p)
{
	if (*p) {
		asm volatile(".rept $1\n\tr0 = r0\n\t.endr");
		*p = 2;
	}
	return 7;
}
C
    clang-14 -O2 -target bpf -mcpu=v3 -c "$dir/far.c" -o "$dir/far.o"
    llvm-objdump-14 -d "$dir/far.o" | grep -oE 'goto [-+][0-9]+'
}
near=$(jump 32000) far=$(jump 40000)
echo "clang 14.0.6: over 32,002 instructions '$near', over 40,002 '$far'"
[ "$near" = 'goto +32002' ] && [ "$far" = 'goto -25534' ]
