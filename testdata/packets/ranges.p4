// Ranges that are filled at run time: of fields as they stand in packets, of computed numbers, with a sign, wider than a word, several at a time, and
// beside keys of other kinds.
#include <core.p4>
#include <v1model.p4>

header probe_h {
    bit<16> port;
    int<8> level;
    bit<3> high;
    bit<13> low;
    bit<48> address;
    bit<8> kind;
    bit<8> flags;
    bit<8> found;
    bit<8> other;
}

struct headers_t {
    probe_h probe;
}

struct metadata_t {
    bit<13> turned;
}

parser Prs(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.probe);
        transition accept;
    }
}

control Nothing(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control Ing(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    direct_counter(CounterType.packets) seen;
    action found(bit<8> value) {
        hdr.probe.found = value;
        seen.count();
    }
    action other(bit<8> value) {
        hdr.probe.other = value;
    }
    action nothing() { }
    table ports {
        key = {
            hdr.probe.port: range;
            hdr.probe.kind: exact;
            hdr.probe.flags: ternary;
        }
        actions = { found; nothing; }
        default_action = nothing();
        counters = seen;
        size = 64;
    }
    table numbers {
        key = {
            hdr.probe.level: range;
            meta.turned: range;
            hdr.probe.address: range;
        }
        actions = { other; nothing; }
        default_action = nothing();
        size = 64;
        entries = {
            (-3 .. 3, 1 .. 5, _): other(0xee);
        }
    }
    apply {
        standard.egress_spec = 1;
        meta.turned = ~hdr.probe.low;
        ports.apply();
        numbers.apply();
    }
}

control Egr(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    apply { }
}

control Dep(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr);
    }
}

V1Switch(Prs(), Nothing(), Ing(), Egr(), Nothing(), Dep()) main;
