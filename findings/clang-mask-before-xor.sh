#!/bin/sh
# clang 14.0.6 (Debian 12's clang-14): `table[(crc ^ byte) & 0xff]` becomes "mask crc, then xor with the byte". In the C the mask comes last and bounds the index;
# in these instructions it does not, and the verifiers of Linux 5.10, 5.15 and 6.1 refused such an access to a table when we tried. clang 19.1.7 (clang-19) keeps
# the mask last. Needs both packages.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for version in 14.0.6 19.1.7; do
    clang-"${version%%.*}" --version 2>/dev/null | grep -q "$version" || {
        echo "needs clang-${version%%.*} of version $version" >&2
        exit 2
    }
done
cat >"$dir/crc.c" <<'C'
unsigned char table[256] = { 1 };
unsigned step(unsigned char *p, unsigned crc)
{
	return crc >> 8 ^ table[(crc ^ *p) & 0xff];
}
C
order() { # the mask and the first xor, in the order of the instructions
    "clang-$1" -O2 -target bpf -mcpu=v3 -S "$dir/crc.c" -o - | grep -oE '(&= 255|\^= )' | head -n 2 | tr -d '\n='
}
old=$(order 14)
new=$(order 19)
echo "clang 14.0.6: $old; clang 19.1.7: $new"
[ "$old" = '& 255^ ' ] && [ "$new" = '^ & 255' ]
