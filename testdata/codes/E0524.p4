#include <ebpf_model.p4>
header ipv4_t { bit<32> srcAddr; bit<32> dstAddr; }
struct headers_t { ipv4_t ipv4; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.ipv4); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    CounterArray(0xffffffff, false) c;
    apply {
        ok = true;
        c.increment(hdr.ipv4.srcAddr);
    }
}
ebpfFilter(P(), F()) main;
