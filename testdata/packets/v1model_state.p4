// What v1model keeps from packet to packet: counters of all kinds, meters, registers, and their direct forms, which a match
// updates whether or not the action calls them.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<8> result;
}
struct headers_t { op_h op; }
struct meta_t { bit<1> unused; }
struct pair_t {
    bit<4> high;
    bit<12> low;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    counter(4, CounterType.packets) packets;
    counter(4, CounterType.bytes) bytes;
    counter(4, CounterType.packets_and_bytes) both;
    meter(2, MeterType.packets) by_packet;
    meter(2, MeterType.bytes) by_byte;
    register<bit<8>>(4) last;
    register<pair_t>(2) pairs;
    direct_counter(CounterType.packets_and_bytes) hits;
    direct_meter<bit<8>>(MeterType.packets) rate;

    action silent() { headers.op.result = 0x51; }
    action counting() {
        hits.count();
        headers.op.result = 0xc0;
    }
    table counted {
        key = { headers.op.key: exact; }
        actions = { silent; counting; }
        default_action = silent();
        counters = hits;
    }

    action coloured() { rate.read(headers.op.result); }
    action plain() { headers.op.result = 0x99; }
    table metered {
        key = { headers.op.key: exact; }
        actions = { coloured; plain; }
        default_action = plain();
        meters = rate;
    }

    apply {
        bit<32> index = (bit<32>) headers.op.key;
        if (headers.op.op == 0) {
            packets.count(index);
            bytes.count(index);
            both.count(index);
        } else if (headers.op.op == 1) {
            by_packet.execute_meter(index, headers.op.result);
        } else if (headers.op.op == 2) {
            by_byte.execute_meter(index, headers.op.result);
        } else if (headers.op.op == 3) {
            bit<8> before;
            last.read(before, index);
            last.write(index, headers.op.result);
            headers.op.result = before;
        } else if (headers.op.op == 4) {
            counted.apply();
        } else if (headers.op.op == 5) {
            metered.apply();
        } else if (headers.op.op == 6) {
            pair_t pair;
            pairs.read(pair, index);
            pair.low = pair.low + 1;
            pairs.write(index, pair);
            headers.op.result = (bit<8>) pair.high;
        }
        sm.egress_spec = 1;
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
