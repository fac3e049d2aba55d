// What programs that were translated from P4_14 look like: an action that P4_14 declares outside of all controls is declared in each, with
// one control-plane name; packets are dropped without saying by what.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> note;
}
struct headers_t {
    op_h op;
    op_h further;
}
struct meta_t { }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition select(headers.op.op) {
            0xf0 &&& 0xf0: more;
            default: accept;
        }
    }
    state more {
        packet.extract(headers.further);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    @name(".forward") action forward(bit<9> port) { sm.egress_spec = port; }
    @name(".discard") action discard() { mark_to_drop(); }
    @name(".note") action note(@name("value") bit<8> v) { headers.op.note = v; }
    @name(".to") table to {
        key = {
            headers.op.op: exact @name("op.op");
            headers.further.isValid(): exact @name("further.$valid$");
        }
        actions = { forward; discard; note; @defaultonly NoAction; }
        default_action = NoAction();
    }
    apply { to.apply(); }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    @name(".discard") action discard() { mark_to_drop(); }
    @name(".note") action again(@name("value") bit<8> value) { headers.op.note = headers.op.note + value; }
    @name(".out") table out_ {
        key = { sm.egress_port: exact @name("standard_metadata.egress_port"); }
        actions = { discard; again; @defaultonly NoAction; }
        default_action = NoAction();
    }
    apply { out_.apply(); }
}
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.op);
        packet.emit(headers.further);
    }
}

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
