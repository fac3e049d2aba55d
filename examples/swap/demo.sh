#!/bin/sh
# One host sends frames to a peer that runs swap.p4 and gets them back with the addresses swapped.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "A host and a mirror"
# Nobody speaks unasked, so that what comes back can be counted.
for n in host mirror; do
    space $n
    quiet $n
done
wire host eth0 mirror port0
ip -n "p4xdp-$$-host" link set eth0 address 02:00:00:00:00:01
ip -n "p4xdp-$$-mirror" link set port0 address 02:00:00:00:00:02
ip -n "p4xdp-$$-host" address add 10.0.0.1/24 dev eth0
# What comes back is our own echo request, so the host has to accept packets with its own address as source.
ip -n "p4xdp-$$-host" neighbour replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0

# The host needs a program of its own to receive what XDP_TX sends back over veth.
pass host eth0

say "Compile and attach"
show mirror "$P4XDP" build "$here/swap.p4" -o "$work"
show mirror "$P4XDP" load "$work/swap.o" port0

say "Three requests go out, three come back with source and destination swapped"
before=$(received host)
on host ping -q -c 3 -i 0.2 -W 1 10.0.0.2 >/dev/null || true
after=$(received host)
show mirror "$P4XDP" status port0
show mirror "$P4XDP" unload port0
echo
echo "$((after - before)) packets came back"
[ $((after - before)) -eq 3 ]
