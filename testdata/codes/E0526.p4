#include <ebpf_model.p4>
extern bit<32> many_rounds(in bit<32> a);
header ipv4_t { bit<32> srcAddr; bit<32> dstAddr; }
struct headers_t { ipv4_t ipv4; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.ipv4); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    apply {
        ok = many_rounds(hdr.ipv4.srcAddr) == 1;
    }
}
ebpfFilter(P(), F()) main;
