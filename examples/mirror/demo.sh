#!/bin/sh
# host a -- tap -- host b, and a monitor: mirror.p4 runs at the tap.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "Hosts a and b, a tap between them, and a monitor"
for n in tap a b monitor; do
    space $n
    quiet $n
done
wire tap left a eth0
wire tap right b eth0
wire tap monitor monitor eth0
ip -n "p4xdp-$$-a" address add 10.0.0.1/24 dev eth0
ip -n "p4xdp-$$-b" address add 10.0.0.2/24 dev eth0
frames

say "Compile and attach"
show tap "$P4XDP" build "$here/mirror.p4" -o "$work"
show tap "$P4XDP" load "$work/mirror.o" 1=left 2=right 3=monitor

say "Session 5 goes to the monitor, cut to 80 bytes; ICMP from a is watched"
show tap "$P4XDP" session insert --dev left 5 --port monitor --length 80
show tap "$P4XDP" session dump --dev left
show tap "$P4XDP" table insert --dev left watch 10.0.0.1 _ 1 mirror session=5 --priority 1
beside monitor "$work/frames" receive eth0 60 >"$work/seen"
listening() { on monitor cat /proc/net/packet | grep -q 0003; }
until_there listening

say "a reaches b, one hop away: what was copied has arrived whole"
# 1,000 bytes of payload, which ping compares.
show a ping -c 3 -i 0.2 -W 1 -s 1000 -p c0ffee 10.0.0.2 | tee "$work/said"
expect "answers" "$(grep -c 'bytes from 10.0.0.2: .*ttl=63' "$work/said")" -eq 3
grep -q 'wrong data byte' "$work/said" && exit 1

copies() { [ "$(wc -l <"$work/seen")" -ge "$1" ]; }
until_there copies 3
say "What the monitor has seen of each request, behind the header that the tap puts in front (hexadecimal)"
# mirrored_t: addresses, 88b5, port, length; then Ethernet and IPv4, of which the 9th byte is the time to live.
sed 's/^.\{24\}88b5\(....\)\(........\).\{24\}0800.\{16\}\(..\).*/port \1, length \2, time to live \3/' "$work/seen"
expect "copies" "$(wc -l <"$work/seen")" -eq 3
# 14 + 20 + 8 + 1,000 bytes; time to live 64, protocol 1.
expect "those of whole requests, 80 bytes long" \
    "$(grep -c '^.\{24\}88b5000100000412.\{24\}0800.\{16\}4001.\{72\}$' "$work/seen")" -eq 3
show tap "$P4XDP" table dump --dev left watch

say "Without the entry nothing is copied"
show tap "$P4XDP" table delete --dev left watch 10.0.0.1 _ 1 --priority 1
on a ping -q -c 3 -i 0.2 -W 1 10.0.0.2
expect "copies" "$(wc -l <"$work/seen")" -eq 3
show tap "$P4XDP" stat --dev left
show tap "$P4XDP" unload left right monitor
