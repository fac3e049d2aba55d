#!/bin/sh
# host a -- policer -- host b: policer.p4 runs at the policer. a sends six times as much as b may get.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/../netns.sh"

# Bytes a second; bursts are half a second's worth. Frames have 1,000 bytes, and 60,000 of them are sent a second.
committed=4000000
peak=10000000
seconds=5

say "Hosts a and b, and a policer between them"
for n in policer a b; do
    space $n
    quiet $n
done
wire policer left a eth0
wire policer right b eth0
frames

say "Compile and attach; a flow with a committed and a peak rate"
show policer "$P4XDP" build "$here/policer.p4" -o "$work"
show policer "$P4XDP" load "$work/policer.o" 1=left 2=right
show policer "$P4XDP" table insert --dev left ports 1 forward port=right
show policer "$P4XDP" table insert --dev left ports 2 forward port=left
show policer "$P4XDP" table insert --dev left flows 10.0.0.1 10.0.0.2 metered
show policer "$P4XDP" meter write --dev left rate 10.0.0.1 10.0.0.2 \
    $committed $((committed / 2)) $peak $((peak / 2))
show policer "$P4XDP" table dump --dev left flows

say "a sends $((seconds + 3)) seconds long; once the bursts are used up, b measures"
frame=0200000000020200000000010800450003da00010000401163100a0000010a00000230390009
frame=$frame$(printf '%0*d' $((2000 - ${#frame})) 0)
beside a "$work/frames" send eth0 "$frame" $(((seconds + 3) * 60000)) 60000
sleep 1.5
# The bytes of each colour, and when they were read, before and after what the receiver measures.
counted() {
    for colour in 0 1 2; do
        begun=$(date +%s%N)
        on policer "$P4XDP" counter read --dev left by_colour $colour | sed 's/.*packets, \([0-9]*\) bytes/\1/'
        echo $(((begun + $(date +%s%N)) / 2))
    done
}
before=$(counted | tr '\n' ' ')
# The DSCP is in byte 15 of the frame.
on b "$work/frames" measure eth0 "$seconds" 15 >"$work/measured"
after=$(counted | tr '\n' ' ')
wait
cat >"$work/compare" <<'AWK'
function far(what, rate, wanted,   off) {
    off = 100 * (rate - wanted) / wanted
    printf "%-42s %10d bytes a second, %+.2f %%\n", what, rate, off
    if (off > 3 || off < -3) failed = 1
}
function by_counter(colour) { return (a[2 * colour + 1] - b[2 * colour + 1]) / (a[2 * colour + 2] - b[2 * colour + 2]) * 1e9 }
BEGIN {
    split(before, b, " "); split(after, a, " ")
    far("green, by the program's counter:", by_counter(0), committed)
    far("green and yellow, by the counters:", by_counter(0) + by_counter(1), peak)
    printf "%-42s %10d bytes a second\n", "red, by the counter:", by_counter(2)
    if (by_counter(2) <= 0) failed = 1
}
{ all += $3; rate[$1] = $3 }
END {
    far("AF11 at b:", rate[40], committed)
    far("AF11 and AF13 at b:", rate[40] + rate[56], peak)
    if (all != rate[40] + rate[56]) { print "there is something else at b"; failed = 1 }
    exit failed
}
AWK
say "Rates: committed $committed, peak $peak"
awk -v before="$before" -v after="$after" -v committed=$committed -v peak=$peak -f "$work/compare" "$work/measured"
show policer "$P4XDP" counter dump --dev left
show policer "$P4XDP" unload left right
