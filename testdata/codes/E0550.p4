#include <ebpf_model.p4>
extern bit<8> my_secret_function(in bit<8> x);
header h_t { bit<8> f; }
struct headers_t { h_t h; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.h); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    apply {
        ok = true;
        ok = my_secret_function(hdr.h.f) == 1;
    }
}
ebpfFilter(P(), F()) main;
