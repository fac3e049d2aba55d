#!/bin/sh
# `bpftool prog load OBJECT PIN type xdp` makes all programs of the object plain XDP programs, not only the one that it pins, so an object whose second program is
# for a devmap (SEC("xdp/devmap"), and reads egress_ifindex) is refused (bpftool 7.1.0 of Debian 12); without `type`, each has the type of its section, and it loads.
# Needs root, clang and bpftool.
set -eu
for command in clang bpftool; do
    command -v $command >/dev/null || {
        echo "needs clang and bpftool" >&2
        exit 2
    }
done
[ "$(id -u)" = 0 ] || {
    echo "needs root" >&2
    exit 2
}
dir=$(mktemp -d)
pin=/sys/fs/bpf/finding-$$
trap 'rm -rf "$dir" "$pin"' EXIT
mount | grep -q ' /sys/fs/bpf ' || mount -t bpf bpf /sys/fs/bpf
cat >"$dir/two.c" <<'C'
struct xdp_md { unsigned data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
#define SEC(name) __attribute__((section(name), used))
SEC("xdp") int first(struct xdp_md *ctx) { return 2; }
SEC("xdp/devmap") int second(struct xdp_md *ctx) { return ctx->egress_ifindex ? 2 : 1; }
char _license[] SEC("license") = "GPL";
C
clang -O2 -g -target bpf -c "$dir/two.c" -o "$dir/two.o"
bpftool version | head -n 1
bpftool prog load "$dir/two.o" "$pin"
rm "$pin"
echo "without a type: loaded"
if bpftool prog load "$dir/two.o" "$pin" type xdp >"$dir/said" 2>&1; then
    echo "with type xdp: loaded" >&2
    exit 1
fi
grep -o "second.*failed to load.*" "$dir/said" | head -n 1
echo "with type xdp: refused"
