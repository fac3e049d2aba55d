#!/bin/sh
# BPF_MAP_TYPE_DEVMAP: a slot can be emptied, yet BPF_NOEXIST says EEXIST for an empty one, and deleting it once more is no error; so two writers cannot agree by
# BPF_NOEXIST on who fills a port. BPF_MAP_TYPE_DEVMAP_HASH fills an empty slot by BPF_NOEXIST, and delete says ENOENT. BPF_EXIST fills an empty slot of either, which other
# hashes refuse. Seen on Linux 6.18 with bpftool 7.1.0; needs root and bpftool.
set -eu
[ "$(id -u)" = 0 ] && command -v bpftool >/dev/null || {
    echo "needs root and bpftool" >&2
    exit 2
}
# A BPF file system and a loopback device of its own, which end with the script.
[ "${OWN:-}" = 1 ] || OWN=1 exec unshare --mount --net sh "$0"
mount -t bpf bpf /sys/fs/bpf
uname -sr
said() { # said KIND WHAT [FLAG]: what the kernel says to a change of slot 1, 'done' if nothing
    value=
    [ "$2" = delete ] || value='value 1 0 0 0'
    bpftool map "$2" pinned "/sys/fs/bpf/$1" key 1 0 0 0 $value ${3:-} 2>&1 | sed 's/^.*: //' | grep . || echo done
}
for kind in devmap devmap_hash hash; do
    bpftool map create /sys/fs/bpf/$kind type $kind key 4 value 4 entries 4 name $kind
    eval "$kind='$(said $kind update noexist), $(said $kind delete), $(said $kind delete), $(said $kind update exist)'"
    eval "echo $kind, an empty slot: noexist, delete, delete again, exist: \"\$$kind\""
done
[ "$devmap" = 'File exists, done, done, done' ] || exit 1
[ "$devmap_hash" = 'done, done, No such file or directory, done' ] || exit 1
[ "$hash" = 'done, done, No such file or directory, No such file or directory' ] || exit 1
