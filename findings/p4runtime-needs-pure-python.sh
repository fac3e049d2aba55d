#!/bin/sh
# p4runtime 1.6.0 (PyPI) asks for protobuf 4.21.6 or newer, but its messages were generated for protobuf 3: since 4.21 these are refused when they are imported, from
# the oldest version that it asks for to the newest tried. With PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python, which is slow, they import. Needs python3 with venv.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv" >/dev/null 2>&1 || {
    echo "needs python3 with venv" >&2
    exit 2
}
attempt() { # attempt PROTOBUF GOOGLEAPIS: how the import ends, plainly and in pure Python
    "$dir/venv/bin/pip" -q --disable-pip-version-check install p4runtime==1.6.0 "protobuf==$1" "googleapis-common-protos==$2"
    plain=$("$dir/venv/bin/python" -c 'import p4.v1.p4runtime_pb2' 2>&1 | grep -o '^TypeError: Descriptors cannot' || echo fine)
    pure=$(PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python "$dir/venv/bin/python" -c 'import p4.v1.p4runtime_pb2; print("fine")' 2>/dev/null || echo failed)
    echo "protobuf $1: $plain; in pure Python: $pure"
    [ "$plain" = 'TypeError: Descriptors cannot' ] && [ "$pure" = fine ]
}
attempt 4.21.6 1.56.4
attempt 6.33.6 1.76.0
