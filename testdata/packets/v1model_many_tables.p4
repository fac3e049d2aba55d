// More tables and counters than one BPF program has maps: 70 tables, each of which adds what its entry says, and counts.
#include <v1model.p4>

#define TABLE(name) counter(4, CounterType.packets) name##_seen; \
    action name##_add(bit<8> amount) { headers.sum.sum = headers.sum.sum + amount; name##_seen.count(1); } \
    table name { key = { headers.sum.key: exact; } actions = { name##_add; NoAction; } size = 16; }
#define RUN(name) name.apply();
#define TEN(of, name) of(name##0) of(name##1) of(name##2) of(name##3) of(name##4) \
    of(name##5) of(name##6) of(name##7) of(name##8) of(name##9)

header sum_h {
    bit<96> front;
    bit<8> key;
    bit<8> sum;
}
struct headers_t { sum_h sum; }
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.sum);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }
control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    TEN(TABLE, a) TEN(TABLE, b) TEN(TABLE, c) TEN(TABLE, d) TEN(TABLE, e) TEN(TABLE, f) TEN(TABLE, g)
    apply {
        sm.egress_spec = sm.ingress_port;
        TEN(RUN, a) TEN(RUN, b) TEN(RUN, c) TEN(RUN, d) TEN(RUN, e) TEN(RUN, f) TEN(RUN, g)
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.sum); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
