#!/bin/sh
# What `make demo` shows: the L2 switch. The other examples have a demo.sh of their own.
exec sh "$(dirname "$0")/switch/demo.sh"
