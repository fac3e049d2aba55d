#!/bin/sh
# Two networks, a router that runs ../router/router.p4, and control.c, which fills its table.
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
ip -n "p4xdp-$$-router" address add 10.0.1.1/24 dev port1
ip -n "p4xdp-$$-router" address add 10.0.2.1/24 dev port2
ip -n "p4xdp-$$-a" route add default via 10.0.1.1
ip -n "p4xdp-$$-b" route add default via 10.0.2.1

say "Compile program and control plane, attach"
show router "$P4XDP" build "$here/../router/router.p4" -o "$work"
show router cc -O2 -Wall -Wextra -I "$work" "$here/control.c" -o "$work/control" -lbpf
show router "$P4XDP" load "$work/router.o" port1 port2

say "Routes from a file"
cat >"$work/routes" <<'ROUTES'
10.0.1.0/24 02:00:00:00:01:02 02:00:00:00:01:01 port1
10.0.2.0/24 02:00:00:00:02:02 02:00:00:00:02:01 port2
ROUTES
cat "$work/routes"
ip netns exec "p4xdp-$$-router" "$work/control" port1 "$work/routes" >"$work/log" &
control=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
    grep -q '2 routes' "$work/log" && break
    sleep 0.3
done
show router "$P4XDP" table dump --dev port1 route

say "a reaches b"
show a ping -c 3 -i 0.2 -W 1 10.0.2.2

say "The second route goes, SIGHUP reads the file again: a reaches b no more"
sed -i 2d "$work/routes"
kill -HUP "$control"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    grep -q '1 routes, 1 removed' "$work/log" && break
    sleep 0.3
done
on a ping -q -c 2 -i 0.2 -W 1 10.0.2.2 || true
sleep 1
kill -TERM "$control"
wait "$control" || true
echo
echo "What control printed:"
cat "$work/log"
show router "$P4XDP" unload port1 port2
tail -n 1 "$work/log" | grep -q '^routed 6, no route 2,'
