// Order of evaluation (specification, "Expression evaluation order" and "Calling convention"): operands, arguments, lists and keys from left to right
// as they are written, each of them once; what is not needed is not evaluated.
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
    bit<48> rest;
}
struct headers_t {
    io_h io;
    cell_h[3] cells;
    pad_h pad;
}
struct three_t {
    bit<8> x;
    bit<8> y;
    bit<8> z;
}

bit<8> bump(inout bit<8> x) {
    x = x + 1;
    return x;
}
bit<8> mix(in bit<8> x, in bit<8> y, in bit<8> z) {
    return x << 4 | y << 2 | z;
}
void store(inout bit<8> cell, in bit<8> v) {
    cell = cell + v;
}
bool truth(inout bit<8> x, in bool answer) {
    x = x + 1;
    return answer;
}
void two(out bit<8> x, out bit<8> y) {
    x = 1;
    y = 2;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        packet.extract(headers.cells.next);
        packet.extract(headers.cells.next);
        packet.extract(headers.cells.next);
        packet.extract(headers.pad);
        transition select(headers.io.op) {
            0x20: keys;
            _: accept;
        }
    }
    state keys {
        transition select(headers.io.a, bump(headers.io.a), headers.io.a) {
            (1, 2, 2): right;
            _: accept;
        }
    }
    state right {
        headers.io.r = 0xee;
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    action found(bit<8> v) {
        headers.io.r = v;
    }
    table keyed {
        key = {
            headers.io.a : exact @name("first");
            bump(headers.io.a) : exact @name("second");
            headers.io.a : exact @name("third");
        }
        actions = { found; }
        const default_action = found(0xdd);
        const entries = {
            (1, 2, 2) : found(0xaa);
            (2, 2, 2) : found(0xbb);
        }
    }
    apply {
        omd.output_action = xdp_action.XDP_TX;
        bit<8> a = headers.io.a;
        bit<8> r = 0;
        bit<8> s = 0;
        bit<8> t = 0;
        switch (headers.io.op) {
            0: { r = a + bump(a); s = bump(a) + a; t = a ++ bump(a) == a ++ a ? 8w1 : 0; }
            1: { a += bump(a); r = a; }
            2: { bit<8> i = a; headers.cells[i].v = bump(i); r = i; }
            3: { bit<8> i = a; store(headers.cells[i].v, bump(i)); r = i; }
            4: { bool b = a == 0 && bump(a) == 1; r = b ? 8w1 : 0; }
            5: { bool b = a == 0 || bump(a) == 1; r = b ? 8w1 : 0; }
            6: { r = a == 0 ? bump(a) : bump(a) + bump(a); }
            7: { three_t l = { bump(a), a, bump(a) }; r = l.x; s = l.y; t = l.z; }
            8: { three_t l = { z = bump(a), x = bump(a), y = bump(a) }; r = l.x; s = l.y; t = l.z; }
            9: { r = mix(bump(a), a, bump(a)); }
            10: { r = mix(z = bump(a), y = a, x = bump(a)); }
            11: { r = bump(a)[3:0] ++ bump(a)[3:0]; }
            12: { two(y = r, x = r); two(s, s); }
            13: { keyed.apply(); a = headers.io.a; r = headers.io.r; }
            14: { bit<8> i = a; headers.cells[bump(i)].v += 0x10; r = i; }
            15: {
                // The left operand decides alone; the right one is a table.
                if (a == 0 && keyed.apply().hit) { s = 1; }
                a = headers.io.a;
                r = headers.io.r;
            }
            16: { switch (bump(a)) { 1: { r = a; } 2: { r = a + 0x10; } default: { r = 0xff; } } }
            17: { if (truth(a, true) && truth(a, false) && truth(a, true)) { r = 1; } }
            18: { if (truth(a, false) || truth(a, true) || truth(a, true)) { r = 1; } }
            19: { bit<8>[3] list = { bump(a), bump(a), bump(a) }; r = list[0]; s = list[1]; t = list[2]; }
            20: { store(a, bump(a)); r = a; }
            21: { store(v = bump(a), cell = a); r = a; }
            0x20: { r = headers.io.r; }
        }
        headers.io.a = a;
        headers.io.r = r;
        headers.io.s = s;
        headers.io.t = t;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
