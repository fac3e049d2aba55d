// So many constant entries that each is told by one test of all its keys.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<32> a; bit<16> b; bit<80> w; bit<1> f; bit<7> pad; bit<8> o; bit<16> by; }
struct hs { h_t h; } struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) { state start { p.extract(h.h); transition accept; } }
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    action set(bit<16> by) { h.h.by = by; }
    table t {
        key = { h.h.a: ternary; h.h.b: range; h.h.w: ternary; h.h.f: exact; h.h.o: optional; }
        actions = { set; }
        default_action = set(0xffff);
        const entries = {
            (0x1 &&& 0xff00ff, 32768 .. 36864, _, 0, 3): set(1);
            (_, 65535 .. 65535, _, 1, 3): set(2);
            (0xa000001 &&& 0xffffffff, _, 0x0 &&& 0xff00000000, 0, _): set(3);
            (_, 65535 .. 65535, _, 0, 250): set(4);
            (0xa000000 &&& 0xffff0000, 32768 .. 36864, _, 1, 250): set(5);
            (0xa000000 &&& 0xffff0000, 65535 .. 65535, 0x0 &&& 0xffff0000000000000000, 0, 250): set(6);
            (0xb120034 &&& 0xffffffff, 0 .. 36864, 0x0 &&& 0xff00000000, 1, 250): set(7);
            (0x1 &&& 0xf0000001, 100 .. 200, 0x12340000007700000000 &&& 0xffffffffffffffffffff, 0, _): set(8);
            (_, 65535 .. 65535, 0x12340000000000000000 &&& 0xffff0000000000000000, 1, 3): set(9);
            (_, _, 0x0 &&& 0xff00000000, 1, _): set(10);
            (0x1 &&& 0xf0000001, 0 .. 0, 0x12340000000000000000 &&& 0xffff0000000000000000, 1, 250): set(11);
            (0x0 &&& 0xf0000001, 32768 .. 36864, _, 1, 250): set(12);
            (0xa000001 &&& 0xffffffff, 100 .. 65535, 0x0 &&& 0xff00000000, 1, 250): set(13);
            (0x1 &&& 0xff00ff, 32768 .. 65535, 0x12340000007700000000 &&& 0xffffffffffffffffffff, 0, 3): set(14);
            (0xa000001 &&& 0xffffffff, 100 .. 200, 0x12340000000000000005 &&& 0xffffffffffffffffffff, 1, 3): set(15);
            (0xa000001 &&& 0xffffffff, 32768 .. 65535, 0x0 &&& 0xffff0000000000000000, 1, 250): set(16);
            (0x120034 &&& 0xff00ff, 32768 .. 65535, 0x0 &&& 0xff00000000, 0, _): set(17);
            (0xa000000 &&& 0xffff0000, 0 .. 99, _, 0, 3): set(18);
            (0x1 &&& 0xff00ff, 0 .. 36864, 0x12340000000000000000 &&& 0xffff0000000000000000, 1, _): set(19);
            (_, 0 .. 36864, 0x0 &&& 0xff00000000, 1, 3): set(20);
            (0xa0000ff &&& 0xffffffff, 32768 .. 36864, 0x1 &&& 0xffffffffffffffffffff, 0, 3): set(21);
            (0xa000000 &&& 0xffff0000, 100 .. 65535, _, 0, 250): set(22);
            (0xb120000 &&& 0xffff0000, 0 .. 200, _, 0, 250): set(23);
            (0x1 &&& 0xf0000001, 100 .. 36864, 0x12340000000000000000 &&& 0xffff0000000000000000, 0, _): set(24);
            (0x1 &&& 0xf0000001, 32768 .. 65535, 0x0 &&& 0xffff0000000000000000, 0, _): set(25);
            (0x120034 &&& 0xff00ff, 100 .. 36864, 0x12340000007700000000 &&& 0xffffffffffffffffffff, 0, _): set(26);
            (_, _, _, 1, 250): set(27);
            (0xb120034 &&& 0xffffffff, 100 .. 65535, 0x0 &&& 0xffff0000000000000000, 1, _): set(28);
        }
    }
    apply { t.apply(); }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
