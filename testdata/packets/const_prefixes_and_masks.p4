// In a table whose entries have priorities the order of constant entries decides, and no prefix; in one of prefixes alone, all of them.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<32> a; bit<16> b; bit<16> c; bit<32> by; bit<64> pad; }
struct hs { h_t h; } struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) { state start { p.extract(h.h); transition accept; } }
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    action set(bit<32> by) { h.h.by = by; }
    action also(bit<64> by) { h.h.pad = by; }
    table mixed {
        key = { h.h.a: ternary; h.h.c: lpm; }
        actions = { set; }
        default_action = set(0);
        const entries = {
            (_, 0x0000 &&& 0x8000): set(1);
            (_, 0x1000 &&& 0xf000): set(2);
            (5, _): set(3);
            (_, 0xf000 &&& 0xf000): set(4);
        }
    }
    table prefixes {
        key = { h.h.b: lpm; h.h.c: lpm; }
        actions = { also; }
        default_action = also(0);
        const entries = {
            (0x1000 &&& 0xf000, _): also(1);
            (0x0000 &&& 0xe000, 0x1200 &&& 0xff00): also(2);
            (_, 0x1234): also(3);
        }
    }
    apply { mixed.apply(); prefixes.apply(); }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;