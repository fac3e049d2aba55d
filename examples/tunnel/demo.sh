#!/bin/sh
# host a -- gateway 1 == tunnel == gateway 2 -- host b: tunnel.p4 runs at both gateways.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "Two hosts, and two gateways with a tunnel between them"
for n in a gw1 gw2 b; do space $n; done
wire a eth0 gw1 inside
wire gw1 outside gw2 outside
wire gw2 inside b eth0
ip -n "p4xdp-$$-a" address add 10.0.0.1/24 dev eth0
ip -n "p4xdp-$$-b" address add 10.0.0.2/24 dev eth0

say "Compile and attach to both sides of both gateways"
show gw1 "$P4XDP" build "$here/tunnel.p4" -o "$work"
for gw in gw1 gw2; do
    show $gw "$P4XDP" load "$work/tunnel.o" inside outside
    show $gw "$P4XDP" table insert --dev inside enter inside push id=7 port=outside
    show $gw "$P4XDP" table insert --dev inside leave 7 pop port=inside
done

say "Host a reaches host b"
show a ping -c 3 -i 0.2 -W 1 10.0.0.2

for gw in gw1 gw2; do show $gw "$P4XDP" unload inside outside; done
