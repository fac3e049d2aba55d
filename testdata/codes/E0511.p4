#include <ebpf_model.p4>
header option_t { bit<8> last; }
struct headers_t { option_t option; }
parser P(packet_in packet, out headers_t hdr) {
    state start { transition skip; }
    state skip {
        packet.extract(hdr.option);
        transition select(hdr.option.last) {
            1: accept;
            _: skip;
        }
    }
}
control F(inout headers_t hdr, out bool ok) {
    apply {
        ok = true;
    }
}
ebpfFilter(P(), F()) main;
