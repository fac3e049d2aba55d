#!/bin/sh
# A host pings a server that runs ping.p4: IPv4 requests are answered and counted, IPv6 ones dropped and counted.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "A host and a server"
space host
space server
wire host eth0 server eth0
ip -n "p4xdp-$$-host" address add 10.0.0.1/24 dev eth0
ip -n "p4xdp-$$-server" address add 10.0.0.2/24 dev eth0
ip -n "p4xdp-$$-host" address add fd00::1/64 dev eth0 nodad
ip -n "p4xdp-$$-server" address add fd00::2/64 dev eth0 nodad

say "Compile and attach"
show server "$P4XDP" build "$here/ping.p4" -o "$work"
show server "$P4XDP" load "$work/ping.o" eth0

say "Five IPv4 requests, answered; three IPv6 requests, dropped"
show host ping -q -c 5 -i 0.2 -W 1 10.0.0.2
on host ping -q -6 -c 3 -i 0.2 -W 1 fd00::2 || true

say "What the control plane reads"
show server "$P4XDP" counter dump --dev eth0
four=$(on server "$P4XDP" counter read --dev eth0 pings 0 --raw)
six=$(on server "$P4XDP" counter read --dev eth0 pings 1 --raw)
show server "$P4XDP" unload eth0
echo
echo "5 IPv4 requests sent, $four counted; 3 IPv6 requests sent, $six dropped"
[ "$four" -eq 5 ] && [ "$six" -eq 3 ]
