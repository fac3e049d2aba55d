// Meters of packets and of bytes: buckets that are used up, rates that were never set, indices beyond the end, colours in variables of
// several widths. Rates are 0, so that nothing comes back while the test runs, or so high that every bucket is full again at once.
#include <core.p4>
#include <v1model.p4>

header frame_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<32> index;
    bit<8>  packets;
    bit<8>  bytes;
    bit<8>  once;
    bit<4>  narrow;
    bit<4>  part;
    bit<72> wide;
}

struct headers_t {
    frame_t frame;
}

struct metadata_t {
    bit<2> colour;
}

parser parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.frame);
        transition accept;
    }
}

control nothing(inout headers_t h, inout metadata_t m) { apply {} }

control ingress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    meter(4, MeterType.packets) packets;
    meter(4, MeterType.bytes) bytes;
    meter(1, MeterType.packets) once;
    meter(1, MeterType.packets) odd;

    apply {
        bit<1> low;
        packets.execute_meter(h.frame.index, m.colour);
        h.frame.packets = (bit<8>)m.colour;
        bytes.execute_meter(h.frame.index, h.frame.bytes);
        // Each call takes a packet out of the buckets.
        once.execute_meter(0, h.frame.once);
        once.execute_meter(0, h.frame.once);
        // The low bit of a colour.
        odd.execute_meter(0, low);
        h.frame.narrow = (bit<4>)low;
        odd.execute_meter(0, h.frame.part[2:1]);
        odd.execute_meter(0, h.frame.wide);
        sm.egress_spec = 1;
    }
}

control egress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply {} }

control deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h.frame); }
}

V1Switch(parse(), nothing(), ingress(), egress(), nothing(), deparse()) main;
