#!/bin/sh
# p4runtime-shell 0.0.6 and finsy 0.30.0, the P4Runtime clients on PyPI: pip finds no versions of their dependencies that serve both. The first wants protobuf
# below 3.21, the second protobuf 6.33.6 or newer. A test against both needs an environment for each. Needs python3 with venv.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv" >/dev/null 2>&1 || {
    echo "needs python3 with venv" >&2
    exit 2
}
pip() { "$dir/venv/bin/pip" --disable-pip-version-check "$@"; }
pip -q install --dry-run p4runtime-shell==0.0.6
echo "p4runtime-shell 0.0.6 alone: can be installed"
pip -q install --dry-run finsy==0.30.0
echo "finsy 0.30.0 alone: can be installed"
status=0
pip install --dry-run p4runtime-shell==0.0.6 finsy==0.30.0 >"$dir/log" 2>&1 || status=$?
echo "both: pip ends with $status"
grep 'depends on protobuf' "$dir/log"
[ $status != 0 ] && grep -q 'p4runtime-shell 0.0.6 depends on protobuf<3.21' "$dir/log" && grep -q 'finsy 0.30.0 depends on protobuf<7 and >=6.33' "$dir/log"
