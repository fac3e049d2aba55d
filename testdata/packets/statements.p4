// Statements and calls (specification, chapters 11 and 12): bounds of ranges that are evaluated once, loops that end at the greatest value, jumps out of
// switches in loops, fall-through, actions called from everywhere with data and directions, names that hide others, exits and returns with copies.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> a;
    bit<8> r;
    bit<8> s;
    bit<8> t;
}
header cell_h {
    bit<8> v;
}
header pad_h {
    bit<72> rest;
}
struct headers_t {
    io_h io;
    pad_h pad;
}

bit<8> first_above(in bit<8> limit) {
    for (bit<8> i in 0 .. 255) {
        if (i * i > limit) { return i; }
    }
    return 0xff;
}
bit<8> nested(in bit<8> n) {
    bit<8> count = 0;
    for (bit<8> i = 0; i < n; i += 1) {
        for (bit<8> j = 0, bit<8> k = n; j < k; j += 1, k -= 1) {
            if (j == 2) { break; }
            if (i == 1) { continue; }
            count += 1;
        }
    }
    return count;
}
bit<8> by_name(in bit<8> x = 1, in bit<8> y = 2) {
    return x ++ y == 16w0x0102 ? 8w1 : x - y;
}
void early(inout bit<8> x, out bit<8> y) {
    y = 5;
    if (x == 0) { return; }
    x = x + y;
    y = x;
}

control Leave(inout bit<8> x, out bit<8> y, in bit<8> how) {
    action go(inout bit<8> z) {
        z = z + 1;
        if (how == 1) { return; }
        if (how == 2) { exit; }
        z = z + 0x10;
    }
    action chain(inout bit<8> z, bit<8> data) {
        go(z);
        z = z + data;
    }
    table t {
        key = { how : exact; }
        actions = { chain(x); }
        const entries = { 3 : chain(x, 0x20); }
        const default_action = chain(x, 0x40);
    }
    apply {
        y = 1;
        t.apply();
        y = 2;
        if (how == 4) { return; }
        y = 3;
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        packet.extract(headers.pad);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    Leave() leave;
    bit<8> a = 0;
    action add(in bit<8> x, inout bit<8> y, out bit<8> z) {
        z = y;
        y = y + x;
    }
    action none() { }
    action one() { headers.io.s = headers.io.s + 1; }
    action two() { headers.io.s = headers.io.s + 2; return; }
    table pick {
        key = { headers.io.a : exact; }
        actions = { none; one; two; }
        const entries = { 1 : one; 2 : two; }
        const default_action = none;
    }
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        bit<8> r = 0;
        bit<8> n = headers.io.a;
        switch (headers.io.op) {
            // "For statement": the bounds are evaluated once, before the loop; the variable of each round is the loop's.
            0: { bit<8> hi = n; for (bit<8> i in 1 .. hi) { hi = 0; r = r + i; i = 100; } headers.io.s = hi; }
            1: { for (bit<8> i in n .. 255) { r = r + 1; } }
            2: { for (int<8> i in -2 .. 2) { r = r + (bit<8>) i + 0x10; } }
            3: { for (bit<8> i in { n, r + 1, 7 }) { r = r + i; n = 0; } headers.io.s = n; }
            4: {
                cell_h[3] cells;
                cells[0] = { 1 };
                cells[2] = { n };
                for (cell_h c in cells) {
                    r = r << 2 | (c.isValid() ? c.v : 3);
                    c = { 9 };
                }
                headers.io.s = cells[2].v;
            }
            5: { r = first_above(n); }
            6: { r = nested(n); }
            // A switch in a loop: `break` and `continue` are the loop's.
            7: {
                for (bit<8> i in 0 .. 9) {
                    switch (i) {
                        1:
                        2: { continue; }
                        8: { break; }
                        default: { if (i == n) { break; } }
                    }
                    r = r + i;
                }
            }
            // "Switch statement": labels without a block fall through to the next one; the last of them has none, and nothing is done.
            8: { switch (n) { 1: 2: { r = 12; } 3: { r = 3; } default: { r = 0xdd; } } }
            9: { switch (n) { 1: { r = 1; } 2: 3: } headers.io.s = 9; }
            10: { headers.io.s = 0; switch (pick.apply().action_run) { one: two: { r = headers.io.s; } default: { r = 0xdd; } } }
            // "Actions": called directly, all arguments are the program's.
            11: { r = 3; add(n, r, headers.io.s); add(y = n, x = r, z = headers.io.t); headers.io.a = n; }
            12: { add(n, n, n); r = n; }
            // Names: the inner declaration hides the outer one until its block ends.
            13: { a = n; { bit<8> a = a + 1; a = a + 1; r = a; { bit<8> a = 7; headers.io.t = a; } } headers.io.s = a; }
            14: { r = by_name(); headers.io.s = by_name(y = 1, x = n); headers.io.t = by_name(n); }
            15: { early(n, r); headers.io.s = n; }
            16: { leave.apply(headers.io.s, headers.io.t, n); r = 0x99; }
            // A condition that calls an action's table only where it must.
            17: { headers.io.s = 0; if (n == 0 || pick.apply().hit) { r = 1; } else if (pick.apply().miss && n != 4) { r = 2; } }
            18: { for (; true;) { n += 1; if (n & 7 == 0) { break; } r += 1; } headers.io.s = n; }
            19: { r = n; r |+|= 200; headers.io.s = n; headers.io.s |-|= 3; headers.io.t = n; headers.io.t <<= 4; headers.io.t ^= 0xff; headers.io.t[7:4] &= 0x5; }
        }
        headers.io.r = r;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers); }
}

xdp(Prs(), Swt(), Dep()) main;
