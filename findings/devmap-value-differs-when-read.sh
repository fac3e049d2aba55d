#!/bin/sh
# A devmap with programs has values of eight bytes: an interface index and, in a union, the program. To write it takes a file descriptor; a lookup gives the
# program's number in the same place. So a value that was read cannot be written back: it is refused, or would mean whatever has a descriptor of that number.
# A copy without the program is possible: descriptor 0 or less means none. Seen on Linux 6.18; needs root, clang, cc and libbpf-dev (1.1.2).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ "$(id -u)" = 0 ] && command -v clang >/dev/null && command -v cc >/dev/null && [ -e /usr/include/bpf/bpf.h ] || {
    echo "needs root, clang, cc and libbpf-dev" >&2
    exit 2
}
cd "$dir"
cat >egress.c <<'C'
__attribute__((section("xdp/devmap"), used)) int egress(void *ctx) { return 2; }
char _license[] __attribute__((section("license"), used)) = "GPL";
C
cat >user.c <<'C'
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
int main(void)
{
	struct bpf_object *object = bpf_object__open_file("egress.o", NULL);
	if (!object || bpf_object__load(object))
		return 3;
	int fd = bpf_program__fd(bpf_object__find_program_by_name(object, "egress"));
	int map = bpf_map_create(BPF_MAP_TYPE_DEVMAP, "devices", 4, 8, 1, NULL);
	/* Interface 1 is the loopback device. */
	struct bpf_devmap_val put = { .ifindex = 1, .bpf_prog.fd = fd }, got = { 0 };
	unsigned int key = 0;
	if (map < 0 || bpf_map_update_elem(map, &key, &put, 0) || bpf_map_lookup_elem(map, &key, &got))
		return 4;
	struct bpf_prog_info info = { 0 };
	unsigned int size = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return 4;
	int back = bpf_map_update_elem(map, &key, &got, 0) ? errno : 0;
	printf("the program's number read: %s; written back: error %d\n", got.bpf_prog.id == info.id ? "yes" : "no", back);
	got.bpf_prog.fd = 0;
	int without = bpf_map_update_elem(map, &key, &got, 0) ? errno : 0;
	bpf_map_lookup_elem(map, &key, &put);
	printf("without the program: error %d, then read as %u\n", without, put.bpf_prog.id);
	return got.ifindex != 1 || back == 0 || without || put.bpf_prog.id;
}
C
clang -O2 -g -target bpf -c egress.c -o egress.o
cc user.c -o user -lbpf
uname -sr
unshare --net ./user
