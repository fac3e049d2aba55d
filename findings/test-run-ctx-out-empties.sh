#!/bin/sh
# BPF_PROG_TEST_RUN of an XDP program: asking for the context afterwards (ctx_out) without giving one (ctx_in) makes the kernel take a context of zeros for the
# caller's, and data_end 0 for the packet's end: the program sees no byte of the packet, and the call succeeds. With both it sees the packet. Seen on Linux 6.18;
# needs root, clang, cc and libbpf-dev (1.1.2).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ "$(id -u)" = 0 ] && command -v clang >/dev/null && command -v cc >/dev/null && [ -e /usr/include/bpf/bpf.h ] || {
    echo "needs root, clang, cc and libbpf-dev" >&2
    exit 2
}
cd "$dir"
cat >length.c <<'C'
struct xdp_md { unsigned int data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
__attribute__((section("xdp"), used)) int length(struct xdp_md *ctx) { return ctx->data_end - ctx->data; }
char _license[] __attribute__((section("license"), used)) = "GPL";
C
cat >user.c <<'C'
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
struct xdp { unsigned int data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
static char packet[64];
static struct xdp before = { .data_end = sizeof(packet) }, after;
static int length(int fd, int in, int out)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet));
	if (in) {
		run.ctx_in = &before;
		run.ctx_size_in = sizeof(before);
	}
	if (out) {
		run.ctx_out = &after;
		run.ctx_size_out = sizeof(after);
	}
	int err = bpf_prog_test_run_opts(fd, &run);
	printf("ctx_in %s, ctx_out %s: error %d, the program sees %u bytes\n", in ? "yes" : "no", out ? "yes" : "no", err, run.retval);
	return err ? -1 : (int)run.retval;
}
int main(void)
{
	struct bpf_object *object = bpf_object__open_file("length.o", NULL);
	if (!object || bpf_object__load(object))
		return 3;
	int fd = bpf_program__fd(bpf_object__find_program_by_name(object, "length"));
	return !(length(fd, 0, 0) == 64 && length(fd, 1, 0) == 64 && length(fd, 1, 1) == 64 && length(fd, 0, 1) == 0);
}
C
clang -O2 -g -target bpf -c length.c -o length.o
cc user.c -o user -lbpf
uname -sr
unshare --net ./user
