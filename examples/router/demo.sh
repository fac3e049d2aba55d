#!/bin/sh
# Two networks and a router that runs router.p4 between them.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "Networks 10.0.1.0/24 and 10.0.2.0/24 and a router between them"
for n in a router b; do space $n; done
wire a eth0 router port1
wire b eth0 router port2
ip -n "p4xdp-$$-a" link set eth0 address 02:00:00:00:01:02
ip -n "p4xdp-$$-b" link set eth0 address 02:00:00:00:02:02
ip -n "p4xdp-$$-router" link set port1 address 02:00:00:00:01:01
ip -n "p4xdp-$$-router" link set port2 address 02:00:00:00:02:01
ip -n "p4xdp-$$-a" address add 10.0.1.2/24 dev eth0
ip -n "p4xdp-$$-b" address add 10.0.2.2/24 dev eth0
# The kernel of the router answers ARP and says "time exceeded"; it forwards nothing.
ip -n "p4xdp-$$-router" address add 10.0.1.1/24 dev port1
ip -n "p4xdp-$$-router" address add 10.0.2.1/24 dev port2
ip -n "p4xdp-$$-a" route add default via 10.0.1.1
ip -n "p4xdp-$$-b" route add default via 10.0.2.1

say "Compile and attach"
show router "$P4XDP" build "$here/router.p4" -o "$work"
show router "$P4XDP" load "$work/router.o" port1 port2

say "Routes"
show router "$P4XDP" table insert --dev port1 route 10.0.1.0/24 next_hop \
    dst=02:00:00:00:01:02 src=02:00:00:00:01:01 port=port1
show router "$P4XDP" table insert --dev port1 route 10.0.2.0/24 next_hop \
    dst=02:00:00:00:02:02 src=02:00:00:00:02:01 port=port2
show router "$P4XDP" table dump --dev port1 route

say "a reaches b, with the time to live one less"
show a ping -c 3 -i 0.2 -W 1 10.0.2.2
show router "$P4XDP" counter dump --dev port1
routed=$(on router "$P4XDP" counter read --dev port1 packets 0 --raw)
show router "$P4XDP" unload port1 port2
echo
echo "3 requests and 3 replies, $routed packets routed"
[ "$routed" -eq 6 ]
