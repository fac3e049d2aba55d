# Network namespaces for the demos: sourced, not run. Everything that is made here is removed when the script ends.
# A namespace N is called p4xdp-PID-N while the demo runs; devices have indices from 1000 on, so that a mistake never meets a real one.

set -eu

P4XDP=${P4XDP:-$(CDPATH= cd -- "$(dirname -- "$0")" && cd "$(git rev-parse --show-toplevel 2>/dev/null || echo ../..)" && pwd)/target/release/p4xdp}
if [ "$(id -u)" != 0 ]; then
    echo "the demo makes network namespaces and loads programs: run it as root" >&2
    exit 2
fi
# A mount namespace of its own: what programs pin in its BPF file system goes when the script ends.
[ "${P4XDP_DEMO:-}" = $$ ] || P4XDP_DEMO=$$ exec unshare --mount sh "$0" "$@"
mount -t bpf bpf /sys/fs/bpf

work=$(mktemp -d)
spaces=""
started=""
next_index=1000

[ -x "$P4XDP" ] || { echo "there is no $P4XDP: run 'make build' first, or set P4XDP" >&2; exit 2; }

cleanup() {
    status=$?
    for group in $started; do kill -- "-$group" 2>/dev/null || true; done
    for n in $spaces; do ip netns delete "$n" 2>/dev/null || true; done
    rm -rf "$work"
    exit $status
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# space NAME: makes a namespace.
space() {
    ip netns add "p4xdp-$$-$1"
    spaces="$spaces p4xdp-$$-$1"
    ip -n "p4xdp-$$-$1" link set lo up
}

# on NAME COMMAND..: runs a command in a namespace.
on() {
    n=$1
    shift
    nsenter --net="/run/netns/p4xdp-$$-$n" "$@"
}

# beside NAME COMMAND..: runs a command in a namespace while the demo goes on; `$!` is its process, and the group of all that it starts.
beside() {
    n=$1
    shift
    setsid nsenter --net="/run/netns/p4xdp-$$-$n" "$@" &
    started="$started $!"
}

# until_there COMMAND..: waits up to five seconds until a command succeeds.
until_there() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
        "$@" && return
        sleep 0.2
    done
    "$@"
}

# expect WHAT FOUND TEST WANTED: says what was found, and ends the demo if it is not so: `expect "copies" "$copies" -eq 3`.
expect() {
    echo "$1: $2"
    [ "$2" "$3" "$4" ] || { echo "expected $3 $4" >&2; exit 1; }
}

# frames: compiles frames.c, which sends and receives frames as they are, to $work/frames.
frames() {
    cc -O2 -Wall -Wextra "$here/../frames.c" -o "$work/frames"
}

# received NAME: frames that the namespace's eth0 has received.
received() {
    ip -n "p4xdp-$$-$1" -s link show eth0 | sed -n '/RX:/{n;s/^ *[0-9]* *\([0-9]*\).*/\1/p;}'
}

# quiet NAME: no IPv6 in a namespace that has no devices yet, so that it says nothing by itself but ARP.
quiet() {
    on "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
}

# wire NAME1 DEV1 NAME2 DEV2: a cable between two namespaces. Checksums are computed in software and GRO is on, which native XDP over
# veth needs for packets to arrive whole at the other end.
wire() {
    ip link add "$2" index $next_index netns "p4xdp-$$-$1" type veth peer name "$4" index $((next_index + 1)) netns "p4xdp-$$-$3"
    next_index=$((next_index + 2))
    for end in "$1 $2" "$3 $4"; do
        # shellcheck disable=SC2086
        set -- $end
        # Up first: a veth that is down forgets to tell its peer that GRO makes it fit to receive redirected packets.
        ip -n "p4xdp-$$-$1" link set "$2" up
        on "$1" ethtool -K "$2" tx off gro on >/dev/null
        on "$1" sysctl -qw "net.ipv6.conf.$2.accept_dad=0" 2>/dev/null || true
        # ARP asks where somebody is, and not whether he is still there.
        on "$1" sysctl -qw "net.ipv4.neigh.$2.delay_first_probe_time=600"
    done
}

# two_networks: a and b, each in a network of its own, and a router between them with port1 and port2.
two_networks() {
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
}

say() {
    printf '\n\033[1m%s\033[0m\n' "$*"
}

# show NAME COMMAND..: shows a command and runs it in a namespace.
show() {
    n=$1
    shift
    printf '\n%s# %s\n' "$n" "$*" | sed "s|$P4XDP|p4xdp|g"
    on "$n" "$@"
}

# pass NAME DEV: a program that lets everything pass. A veth whose peer answers with XDP_TX receives nothing without one.
pass() {
    cat >"$work/pass.p4" <<'P4'
#include <ebpf_model.p4>
struct none {}
parser take(packet_in packet, out none headers) { state start { transition accept; } }
control all(inout none headers, out bool accept) { apply { accept = true; } }
ebpfFilter(take(), all()) main;
P4
    on "$1" "$P4XDP" build "$work/pass.p4" -o "$work"
    on "$1" "$P4XDP" load "$work/pass.o" "$2" >/dev/null
}
