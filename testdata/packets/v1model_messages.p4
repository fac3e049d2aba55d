// Digests, messages, assertions, time stamps and lengths in v1model.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<32> value;
}
struct headers_t { op_h op; }
struct meta_t { bit<1> unused; }
struct learn_t {
    bit<8> op;
    bit<16> low;
    bit<9> port;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        if (headers.op.op == 0) {
            digest<learn_t>(5, { headers.op.op, headers.op.value[15:0], sm.ingress_port });
        } else if (headers.op.op == 1) {
            assert(headers.op.value == 1);
            assume(headers.op.value < 2);
            log_msg("fine");
            log_msg("value = {}, op = {}", { headers.op.value, headers.op.op });
        } else if (headers.op.op == 2) {
            headers.op.value = (bit<32>) sm.ingress_global_timestamp;
        } else if (headers.op.op == 3) {
            headers.op.value = sm.packet_length;
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.op.op == 4) {
            // No time passes, and no queue forms.
            headers.op.value = (bit<32>) (sm.egress_global_timestamp - sm.ingress_global_timestamp)
                + sm.deq_timedelta + (bit<32>) sm.enq_qdepth + (bit<32>) sm.deq_qdepth
                + (sm.enq_timestamp - (bit<32>) sm.ingress_global_timestamp);
        } else if (headers.op.op == 5) {
            headers.op.value = (bit<32>) sm.egress_port;
        }
    }
}
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
