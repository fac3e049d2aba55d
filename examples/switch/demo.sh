#!/bin/sh
# Four hosts on a switch that runs switch.p4; the table is filled from the command line.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "Four hosts, h1 to h4, and a switch sw between them"
space sw
for h in 1 2 3 4; do
    space h$h
    wire sw port$h h$h eth0
    ip -n "p4xdp-$$-h$h" link set eth0 address 02:00:00:00:00:0$h
    ip -n "p4xdp-$$-h$h" address add 10.0.0.$h/24 dev eth0
    # The program forwards what the table knows and floods nothing, so the hosts know each other's addresses.
    for other in 1 2 3 4; do
        ip -n "p4xdp-$$-h$h" neighbour replace 10.0.0.$other lladdr 02:00:00:00:00:0$other dev eth0
    done
done

say "Compile and attach"
show sw "$P4XDP" build "$here/switch.p4" -o "$work"
show sw "$P4XDP" load "$work/switch.o" port1 port2 port3 port4

say "The table is empty: nothing gets through, and the default action counts it"
on h1 ping -q -c 2 -i 0.2 -W 1 10.0.0.2 || true
show sw "$P4XDP" counter dump --dev port1

say "Fill the table"
for h in 1 2 3 4; do
    show sw "$P4XDP" table insert --dev port1 mac 02:00:00:00:00:0$h forward port="port$h"
done
show sw "$P4XDP" table dump --dev port1 mac

say "Now everybody reaches everybody"
sent=0
for a in 1 2 3 4; do
    for b in 1 2 3 4; do
        [ $a = $b ] && continue
        on h$a ping -q -c 2 -i 0.01 -W 1 10.0.0.$b | grep received
        sent=$((sent + 2))
    done
done

say "$sent requests and as many replies were forwarded"
show sw "$P4XDP" counter dump --dev port1
forwarded=$(on sw "$P4XDP" counter read --dev port1 packets 0 --raw)
show sw "$P4XDP" unload port1 port2 port3 port4
if [ "$forwarded" -ne $((2 * sent)) ]; then
    echo "expected $((2 * sent)) forwarded packets, the counter says $forwarded" >&2
    exit 1
fi
echo
echo "$((2 * sent)) packets sent, $forwarded counted: they match"
