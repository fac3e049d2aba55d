// What older programs have: `Checksum16`, and the function that p4c's tests declare.
#include <v1model.p4>

extern void extern_func(out bit<32> d, in bit<32> s);

header data_h {
    bit<8> op;
    bit<24> more;
    bit<32> value;
    bit<32> other;
    bit<16> csum;
}
struct headers_t { data_h data; }
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.data);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }
control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    Checksum16() checksum;
    apply {
        sm.egress_spec = sm.ingress_port;
        headers.data.csum = checksum.get({ headers.data.more, headers.data.value, headers.data.op });
        extern_func(headers.data.other, headers.data.value);
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.data); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
