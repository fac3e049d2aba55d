#!/bin/sh
# Eight bytes of the stack with two variables of four bytes: a store to the second makes the verifier forget the number that it knew of the first, though no byte of
# it changes; the other way round, or with the second in the next eight bytes, it does not. So a program may be refused or not by the order of two stores and by
# where clang lays variables: of a loop that runs twice, clang 16 and 19 keep a flag of four bytes, and beside a map's key of four bytes that flag is forgotten with
# each look-up, and the loop "infinite". Seen on Linux 6.18 with clang 14; needs root, clang, cc and libbpf-dev (1.1.2).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ "$(id -u)" = 0 ] && command -v clang >/dev/null && command -v cc >/dev/null && [ -e /usr/include/bpf/bpf.h ] || {
    echo "needs root, clang, cc and libbpf-dev" >&2
    exit 2
}
cd "$dir"
cat >slot.c <<'C'
#define SEC(n) __attribute__((section(n), used))
struct { int (*type)[2]; int (*max_entries)[1]; int *key; char (*value)[64]; } room SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
/* The first variable is a number, the second any byte. Only if the first were another number, what lies behind the map's value would be read. */
#define NUMBER "r2 = 1\n\t*(u32 *)(r10 - 24) = r2\n\t"
#define ANY "r1 = *(u8 *)(%1 + 0)\n\t*(u32 *)(r10 - " PLACE ") = r1\n\t"
SEC("xdp") int slot(void *ctx)
{
	int zero = 0, result;
	char *value = lookup(&room, &zero);
	if (!value)
		return 0;
	asm volatile(STORES
		     "r2 = *(u32 *)(r10 - 24)\n\t"
		     "if r2 == 1 goto +1\n\t"
		     "r1 = *(u8 *)(%1 + 100)\n\t"
		     "%0 = 1"
		     : "=r"(result) : "r"(value) : "r1", "r2", "memory");
	return result;
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
verdict() { # verdict STORES PLACE
    clang -O2 -g -target bpf -DSTORES="$1" -DPLACE="\"$2\"" -c slot.c -o slot.o
    ./load slot.o
}
uname -sr
behind=$(verdict "NUMBER ANY" 20) before=$(verdict "ANY NUMBER" 20) apart=$(verdict "NUMBER ANY" 32)
echo "number, then the bytes beside it: $behind; the bytes beside it, then the number: $before; number, then other bytes: $apart"
[ "$behind $before $apart" = "refused accepted accepted" ]
