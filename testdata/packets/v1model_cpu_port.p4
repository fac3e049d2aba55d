// Port 255 is that to the control plane: packets there begin with a header that says where they came from or where they shall go.
#include <core.p4>
#include <v1model.p4>

const bit<9> CPU = 255;

@controller_header("packet_in")
header packet_in_t { bit<9> ingress_port; bit<7> reason; }
@controller_header("packet_out")
header packet_out_t { bit<9> egress_port; bit<7> pad; }
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
struct headers_t { packet_in_t packet_in; packet_out_t packet_out; ethernet_t ethernet; }
struct meta_t {  }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        transition select(sm.ingress_port) {
            CPU: ordered;
            default: frame;
        }
    }
    state ordered {
        packet.extract(headers.packet_out);
        transition frame;
    }
    state frame {
        packet.extract(headers.ethernet);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.packet_out.isValid()) {
            sm.egress_spec = headers.packet_out.egress_port;
            headers.packet_out.setInvalid();
        } else if (headers.ethernet.type == 0x1234) {
            sm.egress_spec = CPU;
        } else {
            sm.egress_spec = 2;
        }
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (sm.egress_port == CPU) {
            headers.packet_in.setValid();
            headers.packet_in.ingress_port = sm.ingress_port;
            headers.packet_in.reason = 5;
        }
    }
}
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.packet_in); packet.emit(headers.ethernet); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
