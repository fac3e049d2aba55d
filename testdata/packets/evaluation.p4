// The order of evaluation: arguments from left to right, places of `out` and `inout` saved before the call, short circuits, operands evaluated
// once; what `out` headers begin as; shifts and saturation at the ends of their ranges; `exit` out of a table in a condition.
#include <core.p4>
#include <v1model.p4>
header result_h { bit<8> b0; bit<8> b1; bit<8> b2; bit<8> b3; bit<8> b4; bit<8> b5; bit<8> b6; bit<8> b7; bit<8> b8; bit<8> b9; bit<8> b10; bit<8> b11; bit<8> b12; bit<8> b13; bit<8> b14; bit<8> b15; }
header Z { bit<8> z; }
struct H { result_h r; }
struct M {}
bit<8> g(inout bit<8> z) { z = z + 1; return z; }
void f(inout bit<8> x, in bit<8> y) { x = x * 10 + y; }
void swap2(inout bit<8> x, inout bit<8> y) { bit<8> t = x; x = y; y = t; }
void two(out bit<8> x, out bit<8> y) { x = 1; y = 2; }
void h2(inout bit<8> a, out Z b) { a = b.isValid() ? 8w99 : 8w7; b = { a }; return; }
parser P(packet_in p, out H h, inout M m, inout standard_metadata_t s) { state start { p.extract(h.r); transition accept; } }
control V(inout H h, inout M m) { apply {} }
control I(inout H h, inout M m, inout standard_metadata_t s) {
  bit<8> a; Z[2] st;
  action ex(inout bit<8> q) { q = 77; exit; }
  table t { key = { h.r.b15: exact; } actions = { ex(a); NoAction; } const entries = { 200: ex(a); } default_action = NoAction; }
  apply {
    s.egress_spec = 1;
    a = 3; f(a, g(a)); h.r.b0 = a;
    st[0] = { 5 }; st[1] = { 6 };
    a = 0; f(st[a].z, g(a)); h.r.b1 = st[0].z; h.r.b2 = st[1].z;
    a = 9; two(a, a); h.r.b3 = a;
    a = 9; swap2(a, a); h.r.b4 = a;
    a = 0; bool c = false && g(a) == 1; c = true || g(a) == 1; h.r.b5 = a;
    a = 0; bit<8> k = true ? g(a) : g(a) + g(a); h.r.b6 = a;
    a = 1; a += g(a); h.r.b7 = a;
    Z z = { 4 }; h2(a, z); h.r.b8 = a;
    h.r.b9 = (bit<8>)(8s0x80 >> 9);
    h.r.b10 = 8w1 << 8;
    int<8> n = -7; h.r.b11 = (bit<8>)(n >> 1);
    h.r.b12 = 8w250 |+| 10; h.r.b13 = (bit<8>)(8s100 |+| 100);
    h.r.b14 = 8w3 |-| 5;
    a = 0;
    if (t.apply().hit) { a = 1; }
    h.r.b15 = a;
  }
}
control E(inout H h, inout M m, inout standard_metadata_t s) { apply {} }
control C(inout H h, inout M m) { apply {} }
control D(packet_out p, in H h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
