#include <ebpf_model.p4>
header flags_t { bit<3> flags; varbit<32> more; }
struct headers_t { flags_t flags; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.flags, 8); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    apply {
        ok = true;
        ok = hdr.flags.flags == 1;
    }
}
ebpfFilter(P(), F()) main;
