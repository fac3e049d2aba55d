#!/bin/sh
# Bytes that are 0 or 1 by a branch, stored on the stack, and read as a key by a helper alone: what the verifier processes doubles with each of them if it walks the
# way of the 0 first, and grows by a constant if it walks that of the 1 first, or if the same bytes are stored in a map's value. A known zero on the stack is kept as
# one, which no later 1 is like; a 1 is kept as any byte, which a later 0 is like. Seen on Linux 6.18 with clang 14; needs root, clang, cc and libbpf-dev (1.1.2).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ "$(id -u)" = 0 ] && command -v clang >/dev/null && command -v cc >/dev/null && [ -e /usr/include/bpf/bpf.h ] || {
    echo "needs root, clang, cc and libbpf-dev" >&2
    exit 2
}
cd "$dir"
cat >flags.c <<'C'
#define SEC(n) __attribute__((section(n), used))
struct { int (*type)[1]; int (*max_entries)[16]; char (*key)[16]; int *value; } keys SEC(".maps");
struct { int (*type)[2]; int (*max_entries)[1]; int *key; char (*value)[64]; } room SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
/* The branch that a compiler makes of a comparison; written out so that none makes something else of it. What falls through is walked first. */
#ifdef ZERO_FIRST
#define BIT "r0 = 1\n\tif r1 != 0 goto +1\n\tr0 = 0\n\t"
#else
#define BIT "r0 = 0\n\tif r1 == 0 goto +1\n\tr0 = 1\n\t"
#endif
#define FLAG(at) asm volatile("r1 = *(u8 *)(%0 + 16 + " #at ")\n\t" BIT "*(u8 *)(%1 + " #at ") = r0" \
	: : "r"(value), "r"(key) : "r0", "r1", "memory")
SEC("xdp") int flags(void *ctx)
{
	int zero = 0;
	char *value = lookup(&room, &zero);
	if (!value)
		return 0;
#ifdef ON_STACK
	char stack[16] __attribute__((aligned(8))) = {}, *key = stack;
	asm volatile("" : "+r"(key));
#else
	char *key = value;
#endif
	FLAG(0);
	FLAG(1);
#if N > 2
	FLAG(2);
	FLAG(3);
#endif
#if N > 4
	FLAG(4);
	FLAG(5);
	FLAG(6);
	FLAG(7);
#endif
	int *found = lookup(&keys, key);
	return found ? *found : 1;
}
char _license[] SEC("license") = "GPL";
C
cat >load.c <<'C'
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
static char log[1 << 20];
int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = log, .kernel_log_size = sizeof(log), .kernel_log_level = 4);
	struct bpf_object *object = bpf_object__open_file(argv[1], &opts);
	int processed;
	if (!object || bpf_object__load(object))
		return 1;
	char *at = strstr(log, "processed ");
	if (!at || sscanf(at, "processed %d", &processed) != 1)
		return 1;
	printf("%d\n", processed);
	return 0;
}
C
cc load.c -o load -lbpf
processed() { # processed N OPTION..
    n=$1
    shift
    clang -O2 -g -target bpf -DN="$n" "$@" -c flags.c -o flags.o
    ./load flags.o
}
uname -sr
for n in 2 4 8; do
    zero=$(processed "$n" -DON_STACK -DZERO_FIRST) one=$(processed "$n" -DON_STACK) map=$(processed "$n" -DZERO_FIRST)
    echo "$n flags, processed: $zero with the key on the stack and the 0 first, $one with the 1 first, $map with the key in a map's value"
done
[ "$zero" -gt $((map * 5)) ] && [ "$zero" -gt $((one * 5)) ]
