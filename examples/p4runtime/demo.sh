#!/bin/sh
# A P4Runtime server, and a shell that makes two hosts hear each other by it: p4runtime-shell, where one types what commands.py has. Without a terminal it reads
# commands.py itself.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "Python packages of p4runtime-shell (the first time they are fetched)"
python=$(sh "$here/../../tests/python" shell)/bin/python

say "Two hosts, h1 and h2, and a switch sw between them that has no program yet"
space sw
quiet sw
for h in 1 2; do
    space h$h
    quiet h$h
    wire sw port$h h$h eth0
    ip -n "p4xdp-$$-h$h" link set eth0 address 02:00:00:00:00:0$h
    ip -n "p4xdp-$$-h$h" address add 10.0.0.$h/24 dev eth0
done
# `h1 COMMAND` runs a command at h1, from the shell too.
mkdir "$work/bin"
for h in h1 h2; do
    printf '#!/bin/sh\nexec nsenter --net=/run/netns/p4xdp-%s-%s "$@"\n' $$ $h >"$work/bin/$h"
    chmod +x "$work/bin/$h"
done
PATH=$work/bin:$PATH

say "Compile, and start the server"
show sw "$P4XDP" build "$here/../learn/learn.p4" --emit obj,p4info -o "$work"
echo
echo "sw# p4xdp serve 1=port1 2=port2"
beside sw "$P4XDP" serve 1=port1 2=port2 >"$work/log"
listens() { grep -q '^listening' "$work/log"; }
until_there listens
cat "$work/log"

say "Connect, push the program"
cd "$work"
printf '\nsw# python -m p4runtime_sh --election-id 0,1 --config learn.p4info.txtpb,learn.o\n'
shell() { on sw "$python" -m p4runtime_sh --grpc-addr 127.0.0.1:9559 --election-id 0,1 --config learn.p4info.txtpb,learn.o "$@"; }
if [ -t 0 ]; then
    echo
    echo "Type this, or what else you like:"
    sed 's/^/    /' "$here/commands.py"
    shell
else
    shell <"$here/commands.py" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
    cat "$work/said"
    received=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$work/said")
    expect "answers to 3 pings" "${received:-0}" -eq 3
    show sw "$P4XDP" table dump --dev port1 destinations
fi
