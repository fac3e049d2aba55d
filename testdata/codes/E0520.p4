#include <ebpf_model.p4>
match_kind { own }
header ipv4_t { bit<32> srcAddr; bit<32> dstAddr; }
struct headers_t { ipv4_t ipv4; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.ipv4); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    action allow() { ok = true; }
    action deny() { ok = false; }
    table acl {
        key = { hdr.ipv4.srcAddr : own; }
        actions = { allow; deny; }
        default_action = deny;
    }
    apply {
        ok = true;
        acl.apply();
    }
}
ebpfFilter(P(), F()) main;
