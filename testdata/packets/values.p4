// Values and casts (specification, chapter 8): concatenation, slices that are read and written, signs, casts to and from serialisable enums, structure-valued
// expressions whose elements are read before anything is written, comparison of what is made of fields.
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
header two_h {
    bit<4> hi;
    int<4> lo;
}
header pad_h {
    bit<72> rest;
}
header_union either_t {
    cell_h cell;
    two_h two;
}
struct headers_t {
    io_h io;
    pad_h pad;
}
struct pair_t {
    bit<8> x;
    bit<8> y;
}
struct deep_t {
    pair_t p;
    cell_h c;
    bool b;
}
enum bit<8> kind_t { one = 1, two = 2, also_two = 2, last = 255 }
enum int<8> sign_t { low = -128, minus = -1, plus = 1 }
enum shape_t { round, square }
type bit<8> token_t;

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        packet.extract(headers.pad);
        transition accept;
    }
}

void swap(inout bit<4> x, inout bit<4> y) {
    bit<4> t = x;
    x = y;
    y = t;
}
bit<8> flag(in bool b) {
    return b ? 8w1 : 0;
}
bit<8> named(in kind_t k) {
    switch (k) {
        kind_t.one: { return 0x11; }
        kind_t.two: { return 0x22; }
        default: { return 0xdd; }
    }
}
deep_t deep(in bit<8> x) {
    return { p = { x, x + 1 }, c = { x + 2 }, b = x == 0 };
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        bit<8> a = headers.io.a;
        bit<8> r = 0;
        bit<8> s = 0;
        bit<8> t = 0;
        switch (headers.io.op) {
            // "Concatenation", "Bit slices": the left operand is the more significant one; of a signed value a slice is unsigned.
            0: { r = a[3:0] ++ a[7:4]; int<4> n = (int<4>) a[3:0]; s = (bit<8>) (n ++ n); t = (bit<8>) n[3:3] ++ 1w0 == 9w2 ? 8w1 : 0; }
            // The sign comes first or goes last, as the cast's first step says ("Explicit casts").
            1: { int<4> n = (int<4>) a[3:0]; r = (bit<8>) (int<8>) n; s = (bit<8>) (bit<4>) n; t = (bit<8>) ((int<8>) n >> 1); }
            // A slice as the left side: the other bits stay.
            2: { a[7:4] = a[3:0]; r = a; a[0:0] = 1w1; s = a; bit<8> c = a; c[3:0] += 9; t = c; }
            // Both copies out reach the one variable.
            3: { swap(a[7:4], a[3:0]); r = a; }
            4: { swap(a[5:2], a[5:2]); r = a; }
            // int<1> is 0 or -1.
            5: { int<1> n = (int<1>) a[0:0]; r = (bit<8>) (int<8>) n; s = flag(n < 0); t = (bit<8>) (int<8>) (n + n) | flag(n - (int<1>) 1w1 == 0) << 1; }
            // "Operations on fixed-width signed integers": comparison, shift beyond the width, negation of the least.
            6: { int<8> n = (int<8>) a; r = flag(n < 1); s = (bit<8>) (n >> (a & 7 | 8)); t = (bit<8>) (-n); }
            7: { bit<8> n = a; r = -n; s = ~n >> (n | 200); t = n << n; }
            8: { int<72> n = (int<72>) (int<8>) a << 60; r = flag(n < 0) | flag(n > 1) << 1; s = (bit<8>) (bit<72>) (n >> 60); t = n[67:60]; }
            // "Serializable enumeration types": any value of the underlying type may stand in one.
            9: { kind_t k = (kind_t) a; r = (bit<8>) k; s = named(k); t = flag(k == kind_t.also_two); }
            10: { sign_t k = (sign_t) (int<8>) a; r = (bit<8>) (int<8>) k; s = flag(k == sign_t.minus) | flag((int<8>) k < (int<8>) sign_t.plus) << 1; }
            11: { r = (bit<8>) (bit<1>) (a == 1); bool b = (bool) a[0:0]; s = flag(b); t = (bit<8>) (token_t) a + 1; }
            // "Structure-valued expressions": all elements are evaluated before the left side changes.
            12: { pair_t p = { a, 0x77 }; p = { p.y, p.x }; r = p.x; s = p.y; p = { y = p.x, x = p.y }; t = p.x; }
            13: { deep_t d = deep(a); d = { p = { d.p.y, d.c.v }, c = { d.p.x }, b = d.b }; r = d.p.x; s = d.p.y; t = d.c.v | flag(d.b) << 7; }
            14: { tuple<bit<8>, pair_t> q = { a, { 1, 2 } }; r = q[0]; s = q[1].y; t = flag(q == { a, { 1, 2 } }); }
            // "Default values": what is not named; a header of `...` is invalid.
            15: { deep_t d = { p = { x = a, ... }, ... }; r = d.p.x; s = d.p.y; t = flag(d.c.isValid()) | flag(d.b) << 1; }
            16: { deep_t d = deep(a); d = ...; r = d.p.x; t = flag(d.c.isValid()); }
            // "Operations on headers": `{#}`; both invalid are equal, whatever their fields were.
            17: { cell_h c = { a }; cell_h d = { 1 }; r = flag(c == d); c = {#}; s = flag(c == d); d.setInvalid(); t = flag(c == d); }
            18: { deep_t d = deep(a); deep_t e = d; r = flag(d == e); e.c.setInvalid(); s = flag(d == e); e.c.setValid(); e.c.v = a + 2; t = flag(d != e); }
            // "Operations on header stacks": equal if all elements are.
            19: {
                cell_h[2] c;
                cell_h[2] d;
                c[1] = { a };
                r = flag(c == d);
                d = c;
                s = flag(c == d);
                d[1].v = 9;
                t = flag(c == d);
                d[1].setInvalid();
                c[1].setInvalid();
                t = t | flag(c == d) << 1;
            }
            20: { either_t u; either_t v; r = flag(u == v); u.cell = { a }; v.two = { a[7:4], (int<4>) a[3:0] }; s = flag(u == v); v.cell = { a }; t = flag(u == v); }
            // "Conditional operator": only the value of the chosen one.
            21: { pair_t p = { a, 1 }; pair_t q = a == 0 ? p : { 7, p.x }; r = q.x; s = q.y; cell_h c = a == 0 ? {#} : (cell_h) { a }; t = flag(c.isValid()); }
            // "Integer literals", "Operations on arbitrary-precision integers": no width until one is needed.
            22: { const int big = (1 << 70) + 5; r = (bit<8>) (big >> 66) + a; s = (bit<8>) (big % 7); t = (bit<8>) (-1) - (bit<8>) (300 - 256 * 2); }
            23: { r = 8w0xab[7:4] ++ 4w3; s = (-8s1)[3:0] ++ 4w0; t = (bit<8>) (0x1234)[11:4]; }
            24: { shape_t h = a == 0 ? shape_t.round : shape_t.square; switch (h) { shape_t.square: { r = 2; } shape_t.round: { r = 1; } } s = flag(h == shape_t.round); }
            25: { two_h h = { a[3:0], (int<4>) a[7:4] }; r = (bit<8>) h.lo[3:0]; h.lo = h.lo |-| 5; s = (bit<8>) (int<8>) h.lo; t = (bit<8>) h.minSizeInBits() + (bit<8>) h.maxSizeInBytes(); }
        }
        headers.io.a = a;
        headers.io.r = r;
        headers.io.s = s;
        headers.io.t = t;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers); }
}

xdp(Prs(), Swt(), Dep()) main;
