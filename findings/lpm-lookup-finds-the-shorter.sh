#!/bin/sh
# BPF_MAP_TYPE_LPM_TRIE: the system call to look an element up is a longest-prefix match too, cut at the key's length: asked for a /24 that is not in the map it
# answers with the /8 that covers it, as if the /24 were there. Delete takes the key as it is and says ENOENT; so does lookup if no shorter prefix covers the key.
# Whether an entry is there is told only by walking the keys. Seen on Linux 6.18 with bpftool 7.1.0; needs root and bpftool.
set -eu
[ "$(id -u)" = 0 ] && command -v bpftool >/dev/null || {
    echo "needs root and bpftool" >&2
    exit 2
}
# A BPF file system of its own, which ends with the script.
[ "${OWN_MOUNTS:-}" = 1 ] || OWN_MOUNTS=1 exec unshare --mount sh "$0"
mount -t bpf bpf /sys/fs/bpf
map=/sys/fs/bpf/trie
uname -sr
bpftool map create $map type lpm_trie key 8 value 4 entries 4 name trie flags 1
bpftool map update pinned $map key 8 0 0 0 10 0 0 0 value 1 0 0 0
found=$(bpftool map lookup pinned $map key 24 0 0 0 10 1 1 0)
echo "lookup of 10.1.1.0/24: $found"
keys=$(bpftool map dump pinned $map)
echo "all: $keys"
deleted=$(bpftool map delete pinned $map key 24 0 0 0 10 1 1 0 2>&1 || true)
echo "delete of 10.1.1.0/24: $deleted"
shorter=$(bpftool map lookup pinned $map key 4 0 0 0 10 0 0 0 || true)
case $found in *'value: 01 00 00 00'*) ;; *) exit 1 ;; esac
case $keys in *'Found 1 element'*) ;; *) exit 1 ;; esac
case $deleted in *'No such file'*) ;; *) exit 1 ;; esac
case $shorter in *'Not found'*) ;; *) exit 1 ;; esac
