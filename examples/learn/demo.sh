#!/bin/sh
# Four hosts on a switch that runs learn.p4. Nobody fills its tables but control.sh, which runs beside it.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "Four hosts, h1 to h4, and a switch sw between them"
space sw
quiet sw
for h in 1 2 3 4; do
    space h$h
    quiet h$h
    wire sw port$h h$h eth0
    ip -n "p4xdp-$$-h$h" link set eth0 address 02:00:00:00:00:0$h
    ip -n "p4xdp-$$-h$h" address add 10.0.0.$h/24 dev eth0
done
frames

say "Compile, attach, put all ports into group 1"
show sw "$P4XDP" build "$here/learn.p4" -o "$work"
show sw "$P4XDP" load "$work/learn.o" 1=port1 2=port2 3=port3 4=port4
show sw "$P4XDP" multicast insert --dev port1 1 port1 port2 port3 port4
show sw "$P4XDP" multicast dump --dev port1

say "A packet to somebody whom nobody knows: all get it but the one who sent it"
to_h2_from_h1=0200000000020200000000010800$(printf '%0100d' 0)
on h1 "$work/frames" send eth0 "$to_h2_from_h1" 10
for h in 1 2 3 4; do
    wanted=10
    [ $h = 1 ] && wanted=0
    until_there [ "$(received h$h)" -ge $wanted ]
    expect "frames at h$h" "$(received h$h)" -eq $wanted
done
show sw "$P4XDP" counter dump --dev port1

say "With a control plane h1 finds h2"
# It calls the command by its name.
mkdir "$work/bin"
ln -s "$P4XDP" "$work/bin/p4xdp"
PATH=$work/bin:$PATH beside sw sh "$here/control.sh" port1 5s >"$work/log"
show h1 ping -c 3 -i 0.2 -W 1 10.0.0.2
known() { [ "$(on sw "$P4XDP" table dump --dev port1 destinations | grep -c "$1 -> ")" = 1 ]; }
until_there known 02:00:00:00:00:02
show sw "$P4XDP" table dump --dev port1

say "Now that both are known, nobody else sees what they say"
before=$(received h3)
flooded=$(on sw "$P4XDP" counter read --dev port1 learning.packets 1 --raw)
on h1 ping -q -c 20 -i 0.01 -W 1 10.0.0.2
expect "more frames at h3" $(($(received h3) - before)) -eq 0
expect "more packets flooded" $(($(on sw "$P4XDP" counter read --dev port1 learning.packets 1 --raw) - flooded)) -eq 0

say "h1 comes by port 3 all of a sudden: the switch learns that"
on h3 "$work/frames" send eth0 "$to_h2_from_h1"
moved() { on sw "$P4XDP" table dump --dev port1 destinations | grep -q 'dst=02:00:00:00:00:01 -> .*port=port3'; }
until_there moved
show sw "$P4XDP" table dump --dev port1 destinations

say "Nobody says anything for five seconds: all are forgotten"
nobody() { ! on sw "$P4XDP" table dump --dev port1 | grep -q '02:00:00'; }
sleep 5
until_there nobody
show sw "$P4XDP" table dump --dev port1
before=$(received h4)
on h1 "$work/frames" send eth0 "$to_h2_from_h1"
until_there [ "$(received h4)" -gt "$before" ]
expect "more frames at h4, as before" $(($(received h4) - before)) -eq 1

echo
echo "What control.sh printed:"
cat "$work/log"
show sw "$P4XDP" counter dump --dev port1
show sw "$P4XDP" stat --dev port1
show sw "$P4XDP" unload port1 port2 port3 port4
