// A meter of bytes: the lock, the arithmetic, and a call.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

struct headers_t {
    ethernet_t ethernet;
}

struct metadata_t {
    bit<2> colour;
}

parser parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        transition accept;
    }
}

control nothing(inout headers_t h, inout metadata_t m) { apply {} }

control ingress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    meter(16, MeterType.bytes) by_type;

    apply {
        by_type.execute_meter((bit<32>)h.ethernet.type[3:0], m.colour);
        if (m.colour == V1MODEL_METER_COLOR_RED) {
            mark_to_drop(sm);
        } else {
            sm.egress_spec = 1;
        }
    }
}

control egress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply {} }

control deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h.ethernet); }
}

V1Switch(parse(), nothing(), ingress(), egress(), nothing(), deparse()) main;
