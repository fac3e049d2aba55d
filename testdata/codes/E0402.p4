#include <ebpf_model.p4>
struct headers_t {}
// parser P and control F, but no instance of ebpfFilter
parser P(packet_in packet, out headers_t hdr) { state start { transition accept; } }
control F(inout headers_t hdr, out bool ok) { apply { ok = true; } }
