#!/bin/sh
# promtool 2.42.0 (Debian 12's prometheus): `check metrics` refuses names that have the name of a metric type as a word, even where it says what is measured: a P4
# counter, a meter's summary. "counterpackets" passes, and so do "register" and "meter", which are no types. Needs apt-get.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
    echo "needs apt-get and dpkg-deb" >&2
    exit 2
}
cd "$dir"
apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2>/dev/null || {
    echo "apt-get does not know prometheus 2.42.0+ds-5+deb12u1 (apt-get update?)" >&2
    exit 2
}
dpkg-deb -x prometheus_*.deb .
check() { # check NAME TYPE: what promtool says of a metric
    printf '# HELP %s Packets.\n# TYPE %s %s\n%s{name="seen"} 3\n' "$1" "$1" "$2" "$1" |
        usr/bin/promtool check metrics 2>&1 && echo "$1: accepted"
}
usr/bin/promtool --version 2>&1 | head -n 1
refused=$(check p4_counter_packets_total counter || true)
echo "$refused"
[ "$refused" = "p4_counter_packets_total metric name should not include type 'counter'" ]
refused=$(check p4_meter_summary_total counter || true)
echo "$refused"
[ "$refused" = "p4_meter_summary_total metric name should not include type 'summary'" ]
check p4_counterpackets_total counter
check p4_register_value gauge
check p4_meter_packets_total counter
