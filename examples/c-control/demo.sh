#!/bin/sh
# Two networks, a router that runs ../router/router.p4, and control.c, which fills its table.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

two_networks

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
beside router "$work/control" port1 "$work/routes" >"$work/log"
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
