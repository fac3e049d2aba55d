// Keys and properties of tables.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<16> sum; varbit<320> v; }
header w_t { bit<8> b; }
struct hs { h_t h; w_t w; }
struct m_t { bit<8> x; bit<65> wide; }
match_kind { fuzzy }
parser p(packet_in b, out hs h, inout m_t m, inout standard_metadata_t s) { state start { b.extract(h.h, 32w16); transition accept; } }
control ig(inout hs h, inout m_t m, inout standard_metadata_t s) {
    direct_counter(CounterType.packets) c;
    direct_meter<bit<2>>(MeterType.packets) dm;
    bit<2> colour = 0;
    action forward(bit<9> port) { s.egress_spec = port; }
    action metered(bit<9> port) { s.egress_spec = port; dm.read(colour); }
    table counted { key = { h.h.a: ternary; m.wide: range; h.h.sum: optional; } actions = { forward; NoAction; } counters = c; default_action = NoAction; }
    table coloured { key = { h.h.a: lpm; m.x: lpm; } actions = { metered; NoAction; } meters = dm; default_action = NoAction; }
    action other(bit<4> which) { m.x = (bit<8>)which; }
    action_profile(4) ap;
    table profiled { key = { h.h.a: exact; m.x: fuzzy; } actions = { forward; } implementation = ap; }
    table shared { key = { h.h.a: exact; } actions = { other; forward; } implementation = ap; }
    table selected { key = { h.h.a: exact; m.x: selector; } actions = { forward; } entries = { (1, _): forward(1); } implementation = action_selector(HashAlgorithm.crc16, 32w4, 32w8); }
    apply { counted.apply(); coloured.apply(); metered(1); profiled.apply(); shared.apply(); selected.apply(); s.priority[1:0] = colour; }
}
control vc(inout hs h, inout m_t m) { apply { } }
control eg(inout hs h, inout m_t m, inout standard_metadata_t s) { apply { } }
control cc(inout hs h, inout m_t m) { apply { } }
control d(packet_out b, in hs h) { apply { b.emit(h.h); b.emit(h.w); } }
V1Switch(p(), vc(), ig(), eg(), cc(), d()) main;
