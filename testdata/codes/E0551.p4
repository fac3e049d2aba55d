#include <ebpf_model.p4>
match_kind { fuzzy }
header h_t { bit<8> f; }
struct headers_t { h_t h; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.h); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    table t { key = { hdr.h.f : fuzzy; } actions = { NoAction; } }
    apply {
        ok = true;
        t.apply();
    }
}
ebpfFilter(P(), F()) main;
