// build --frags --kernel 5.15
#include <ebpf_model.p4>
struct headers_t { }
parser P(packet_in packet, out headers_t hdr) {
    state start { transition accept; }
}
control F(inout headers_t hdr, out bool pass) { apply { pass = true; } }
ebpfFilter(P(), F()) main;
