#include <core.p4>
#include <v1model.p4>
header h { bit<48> d; bit<8> ttl; bit<8> a; }
struct headers { h x; h y; }
struct meta { bit<16> m; }
parser p(packet_in b, out headers q, inout meta m, inout standard_metadata_t sm) {
    state start { b.extract(q.x); m.m = b.lookahead<bit<16>>(); transition select(m.m[0:0]) { 1: two; default: accept; } }
    state two { b.extract(q.y); verify(q.y.ttl != 0, error.HeaderTooShort); transition accept; }
}
control v(inout headers q, inout meta m) { apply { } }
control sub(inout h x, in bit<8> by)(bit<8> least) { apply { if (x.ttl < least) { exit; } x.ttl = x.ttl - by; } }
control i(inout headers q, inout meta m, inout standard_metadata_t sm) {
    register<bit<16>>(4) r; counter(4, CounterType.packets) k; sub(2) one; sub(8w3) two;
    action fwd(bit<9> port) { sm.egress_spec = port; k.count((bit<32>) port & 3); }
    table t { key = { q.x.d: exact; } actions = { fwd; NoAction; } default_action = fwd(2); }
    apply {
        one.apply(q.x, 1);
        if (t.apply().hit) { two.apply(q.y, (bit<8>) m.m); } else { r.write(1, m.m); r.read(m.m, 1); }
        if (!q.y.isValid()) { q.y = q.x; q.y.a = q.x.a ++ 8w1 == 16w5 ? 8w1 : 2; }
    }
}
control e(inout headers q, inout meta m, inout standard_metadata_t sm) { apply { if (sm.egress_port == 3) mark_to_drop(sm); } }
control u(inout headers q, inout meta m) { apply { update_checksum(true, { q.x.ttl, q.x.a }, m.m, HashAlgorithm.csum16); } }
control d(packet_out b, in headers q) { apply { b.emit(q); } }
V1Switch(p(), v(), i(), e(), u(), d()) main;
