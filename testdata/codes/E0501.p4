#include <ebpf_model.p4>
header h_t { bit<8> a; }
struct both_t { h_t h; bit<8> x; }
struct headers_t { h_t h; both_t[2] list; }
parser P(packet_in packet, out headers_t hdr) { state start { packet.extract(hdr.h); transition accept; } }
control F(inout headers_t hdr, out bool ok) {
    apply {
        hdr.list[hdr.h.a].x = 1;
        ok = true;
    }
}
ebpfFilter(P(), F()) main;
