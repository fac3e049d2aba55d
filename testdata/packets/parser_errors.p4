// How parsers fail (no match, verify, stacks, varbit fields, short packets) and what they leave behind; loops over ranges and stacks.
#include <core.p4>
#include <v1model.p4>
error { Own }
header K { bit<8> k; }
header result_h { bit<8> b0; bit<8> b1; bit<8> b2; bit<8> b3; }
header L { bit<8> l; }
header W { varbit<16> w; }
struct H { K k; L[2] s; W w; result_h r; }
struct M {}
parser P(packet_in p, out H h, inout M m, inout standard_metadata_t s) {
  state start { p.extract(h.k); transition select(h.k.k) { 1: nomatch; 2: ver; 3: oob; 4: last0; 5: vlong; 6: vok; 7: look; 8: adv; 9: none; 10 .. 12: rng; 16 &&& 0xf0: msk; 13 .. 11: none; default: accept; } }
  state nomatch { transition select(h.k.k) { 9: accept; } }
  state ver { verify(h.k.k == 9, error.Own); transition accept; }
  state oob { p.extract(h.s.next); p.extract(h.s.next); p.extract(h.s.next); transition accept; }
  state last0 { bit<8> x = h.s.last.l; transition accept; }
  state vlong { p.extract(h.w, 24); transition accept; }
  state vok { p.extract(h.w, 8); transition accept; }
  state look { bit<48> x = p.lookahead<bit<48>>(); transition accept; }
  state adv { p.advance(64); transition accept; }
  state none { }
  state rng { h.s.next = { 7 }; h.s.push_front(1); transition accept; }
  state msk { p.extract(h.s.next); p.extract(h.s[1]); transition accept; }
}
control V(inout H h, inout M m) { apply {} }
control I(inout H h, inout M m, inout standard_metadata_t s) {
  apply {
    s.egress_spec = 1;
    h.r = { 0, 0, 0, 0 };
    switch (s.parser_error) { error.NoError: { h.r.b0 = 0; } error.NoMatch: { h.r.b0 = 1; } error.Own: { h.r.b0 = 2; } error.StackOutOfBounds: { h.r.b0 = 3; } error.HeaderTooShort: { h.r.b0 = 4; } error.PacketTooShort: { h.r.b0 = 5; } default: { h.r.b0 = 9; } }
    h.r.b1 = (h.s[0].isValid() ? 8w1 : 0) | (h.s[1].isValid() ? 8w2 : 0) | (h.w.isValid() ? 8w4 : 0);
    if (h.s[1].isValid()) h.r.b2 = h.s[1].l;
    bit<8> n = 0;
    for (bit<8> i in 3 .. 1) n = n + 1;
    for (bit<8> i in 253 .. 255) n = n + 16;
    for (L e in h.s) { if (e.isValid()) n = n + 1; }
    h.r.b3 = n;
    h.k.setInvalid(); h.s[0].setInvalid(); h.s[1].setInvalid(); h.w.setInvalid();
  }
}
control E(inout H h, inout M m, inout standard_metadata_t s) { apply {} }
control C(inout H h, inout M m) { apply {} }
control D(packet_out p, in H h) { apply { p.emit(h.r); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
