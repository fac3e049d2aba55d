#!/bin/sh
# Two networks and a router that runs router.p4 between them.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

two_networks

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
