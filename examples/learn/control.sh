#!/bin/sh
# The control plane of learn.p4: `control.sh DEV TIME` puts stations into the tables as messages of them come, and takes out those that have been silent for
# a time such as `5m`. It ends when it is killed.
set -eu
dev=$1
time=$2

# Lines of `digest`: station_t receiver=1 address=02:00:00:00:00:01 port=1
learn() {
    p4xdp digest --dev "$dev" station_t | while read -r _ _ address port; do
        address=${address#address=}
        port=${port#port=}
        # A station may say much before it is known: it is told of each time, and is there already.
        p4xdp table insert --dev "$dev" sources "$address" "$port" known --idle-timeout "$time" 2>/dev/null || continue
        # It may have been elsewhere before.
        p4xdp table delete --dev "$dev" destinations "$address" 2>/dev/null || true
        p4xdp table insert --dev "$dev" destinations "$address" forward "$port"
        echo "$address is on port $port"
    done
}

# Lines of `table idle`: learning.sources src=02:00:00:00:00:01 port=port1  (idle 5s of 5s)
forget() {
    p4xdp table idle --dev "$dev" sources --follow | while read -r _ address port _; do
        address=${address#src=}
        port=${port#port=}
        p4xdp table delete --dev "$dev" sources "$address" "$port"
        # Unless it is elsewhere by now.
        if p4xdp table dump --dev "$dev" destinations | grep -q "dst=$address -> .*port=$port)"; then
            p4xdp table delete --dev "$dev" destinations "$address"
        fi
        echo "$address is silent"
    done
}

learn &
forget &
wait
