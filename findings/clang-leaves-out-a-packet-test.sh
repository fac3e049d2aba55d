#!/bin/sh
# A header at a distance from the packet's beginning that is known at run time is tested against the packet's end; then so many bytes from the beginning on are.
# The second test follows from the first, and clang 19 leaves it out, as clang 14 did not: the verifier, which keeps what it knows for each such distance apart, refuses
# the load from the beginning. Hidden from clang, the header's pointer tells it nothing, and both tests stay. Seen on Linux 6.18 with clang 19.1.7 (as in ziglang
# 0.14.1 on PyPI) and Debian's clang 14.0.6; needs root, clang, cc, libbpf-dev (1.1.2), python3 with venv, and the network.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ "$(id -u)" = 0 ] && command -v clang >/dev/null && command -v cc >/dev/null && [ -e /usr/include/bpf/bpf.h ] || {
    echo "needs root, clang, cc and libbpf-dev" >&2
    exit 2
}
cd "$dir"
{ python3 -m venv env && env/bin/pip install -q ziglang==0.14.1; } >/dev/null 2>&1 || {
    echo "needs python3 with venv, and the network" >&2
    exit 2
}
cat >packet.c <<'C'
#define SEC(n) __attribute__((section(n), used))
struct xdp_md { unsigned data, data_end; };
SEC("xdp") int packet(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	if (data + 1 > end)
		return 0;
	unsigned char *header = data + *data;
#ifdef HIDDEN
	asm volatile("" : "+r"(header));
#endif
	if (header + 10 > end)
		return 0;
	if (data + 10 > end)
		return 0;
	return header[9] ^ data[9];
}
char _license[] SEC("license") = "GPL";
C
cat >load.c <<'C'
#include <bpf/libbpf.h>
#include <stdio.h>
static int quiet(enum libbpf_print_level level, const char *format, va_list args) { return 0; }
int main(int argc, char **argv)
{
	libbpf_set_print(quiet);
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		return 2;
	puts(bpf_object__load(object) ? "refused" : "accepted");
	return 0;
}
C
cc load.c -o load -lbpf
verdict() { # verdict COMPILER OPTION..
    "$@" -O2 -g -c packet.c -o packet.o
    ./load packet.o
}
new="env/bin/python -m ziglang clang -target bpfel"
uname -sr
clang --version | head -n 1
$new --version | head -n 1
old=$(verdict clang -target bpf) plain=$(verdict $new) hidden=$(verdict $new -DHIDDEN)
echo "clang from the PATH: $old; clang 19: $plain; clang 19, with the pointer hidden: $hidden"
[ "$plain $hidden" = "refused accepted" ]
