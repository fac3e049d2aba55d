// Something of all that is counted: a table whose entries count their packets and its misses, a large counter by index, packets to a port that
// no device has, and packets that are too short.
#include <v1model.p4>

header op_h {
    bit<8> to;
    bit<32> flow;
    bit<88> rest;
}
struct headers_t { op_h op; }
struct meta_t { }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }

control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action forward(bit<9> port) { sm.egress_spec = port; }
    action discard() { mark_to_drop(sm); }
    direct_counter(CounterType.packets_and_bytes) hits;
    counter(131072, CounterType.packets_and_bytes) flows;
    table ways {
        key = { headers.op.to: exact; }
        actions = { forward; discard; }
        default_action = discard();
        counters = hits;
    }
    table unseen {
        key = { headers.op.flow: lpm; }
        actions = { NoAction; discard; }
        default_action = NoAction();
    }
    apply {
        if (headers.op.isValid()) {
            ways.apply();
            unseen.apply();
            flows.count(headers.op.flow);
        } else {
            mark_to_drop(sm);
        }
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
