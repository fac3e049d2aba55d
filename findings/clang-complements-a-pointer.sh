#!/bin/sh
# A packet's length in a formula: of `~(data_end - data)` clang makes `~data_end + data`, the same number. The verifier takes the difference of two packet pointers, but
# no other arithmetic on data_end, and refuses the program; with the difference hidden from clang it takes it. Seen with clang 14.0.6 (Debian 12's clang-14), bpftool 7.1.0
# and Linux 6.18; needs root, both packages.
set -eu
[ "$(id -u)" = 0 ] && command -v bpftool >/dev/null && clang-14 --version 2>/dev/null | grep -q 14.0.6 || {
    echo "needs root, bpftool and clang-14 of version 14.0.6" >&2
    exit 2
}
# A BPF file system of its own, which ends with the script.
[ "${OWN:-}" = 1 ] || OWN=1 exec unshare --mount sh "$0"
mount -t bpf bpf /sys/fs/bpf
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/length.c" <<'C'
char _license[] __attribute__((section("license"))) = "GPL";
__attribute__((section("xdp"), used)) int length(unsigned *ctx)
{
	char *data = (char *)(long)ctx[0], *end = (char *)(long)ctx[1];
	unsigned long bytes = end - data;

#ifdef HIDDEN
	asm volatile("" : "+r"(bytes));
#endif
	return ~(unsigned)bytes & 3;
}
C
uname -sr
said() { # said NAME [OPTION]: what the verifier says of the program
    name=$1
    shift
    clang-14 -O2 -g -target bpf -mcpu=v3 "$@" -c "$dir/length.c" -o "$dir/$name.o"
    if bpftool prog load "$dir/$name.o" "/sys/fs/bpf/$name" >"$dir/said" 2>&1; then
        echo accepted
    else
        sed -n 's/^.*R[0-9]* \(.*arithmetic.*prohibited\)$/\1/p' "$dir/said" | head -n 1
    fi
}
plain=$(said plain)
hidden=$(said hidden -DHIDDEN)
echo "as it is written: $plain"
echo "with the difference hidden: $hidden"
[ "$plain" = '32-bit pointer arithmetic prohibited' ] && [ "$hidden" = accepted ]
