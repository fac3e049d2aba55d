#!/bin/sh
# host h1 -- switch s1 -- switch s2 -- host h2: source-route.p4 runs at both switches, which are segments 101 and 102.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

say "Two hosts, and two switches between them"
for n in h1 s1 s2 h2; do
    space $n
    quiet $n
done
wire h1 eth0 s1 host
wire s1 peer s2 peer
wire s2 host h2 eth0
frames
# s1 sends a packet back to it.
pass h1 eth0

say "Compile, attach, and tell each switch its segments: 1 is its host, 2 the other switch's port, 101 and 102 are the switches"
show s1 "$P4XDP" build "$here/source-route.p4" -o "$work"
for i in 1 2; do
    show s$i "$P4XDP" load "$work/source-route.o" 1=host 2=peer
    show s$i "$P4XDP" table insert --dev host segments 1 leave port=host
    show s$i "$P4XDP" table insert --dev host segments 2 leave port=peer
    show s$i "$P4XDP" table insert --dev host segments 10$i here
    show s$i "$P4XDP" table insert --dev host segments 10$((3 - i)) toward port=peer
done
for i in 1 2; do
    beside h$i "$work/frames" receive eth0 60 >"$work/h$i"
    listening() { on h$i cat /proc/net/packet | grep -q 0003; }
    until_there listening
done

# send WHAT SEGMENT..: h1 sends a packet with these segments, of which the last is marked, and WHAT inside.
send() {
    what=$1
    shift
    frame=02000000000202000000000188b5
    while [ $# -gt 1 ]; do
        frame=$frame$(printf %04x "$1")
        shift
    done
    frame=$frame$(printf %04x $((32768 + $1)))0800$what
    echo "h1 sends $frame"
    on h1 "$work/frames" send eth0 "$frame"
}
# arrives HOST WHAT: a plain frame with WHAT inside, once.
arrives() {
    found() { grep -q "^0200000000020200000000010800$2\$" "$work/$1"; }
    until_there found "$@"
    expect "frames at $1 with $2 inside" "$(grep -c "$2" "$work/$1")" -eq 1
}
inside=450000000000000000000000000000000000000000000000000000000000000000000000000000

say "By s2 to h2"
send ${inside}01 102 1
arrives h2 ${inside}01
say "By port 2 of s1 and port 1 of s2: the same way, port by port"
send ${inside}02 2 1
arrives h2 ${inside}02
say "By s2, back by s1, again by s2, and to h2: twice through each switch"
send ${inside}03 102 101 102 1
arrives h2 ${inside}03
say "s1 three times, then back to h1"
send ${inside}04 101 101 101 1
arrives h1 ${inside}04
say "By s1 to a switch that nobody knows"
send ${inside}05 101 103 1

say "What the switches have counted"
for i in 1 2; do
    show s$i "$P4XDP" table dump --dev host segments
    show s$i "$P4XDP" stat --dev host
done
count() { on "$1" "$P4XDP" counter read --dev host packets "$2" --raw; }
# The last packet is the fifth that names s1 as the next segment.
turned() { [ "$(count s1 101)" -ge 5 ]; }
until_there turned
expect "s1 has found itself" "$(count s1 101)" -eq 5
expect "s1 has sent to s2" "$(count s1 102)" -eq 3
expect "s2 has found itself" "$(count s2 102)" -eq 3
expect "s2 has sent back to s1" "$(count s2 101)" -eq 1
expect "frames at h2" "$(wc -l <"$work/h2")" -eq 3
expect "frames at h1" "$(wc -l <"$work/h1")" -eq 1
for i in 1 2; do show s$i "$P4XDP" unload host peer; done
