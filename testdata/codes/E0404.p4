#include <ebpf_model.p4>
header ipv4_t { bit<32> srcAddr; bit<32> dstAddr; }
struct headers_t { ipv4_t ipv4; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.ipv4); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    action a() {}
    table t {
        key = { hdr.ipv4.srcAddr : ternary; }
        actions = { a; NoAction; }
        largest_priority_wins = false;
        entries = {
            priority = 0xffffffffffffffff: 0x01 &&& 0x0f : a();
            0x02 &&& 0x0f : a();
        }
    }
    apply {
        ok = true;
        t.apply();
    }
}
ebpfFilter(P(), F()) main;
