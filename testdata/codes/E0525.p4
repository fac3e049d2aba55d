#include <ebpf_model.p4>
#define SET(name) value_set<bit<32>>(4) name;
#define TEN(of, name) of(name##0) of(name##1) of(name##2) of(name##3) of(name##4) \
    of(name##5) of(name##6) of(name##7) of(name##8) of(name##9)
#define CASE(name) name: accept;
header ipv4_t { bit<32> srcAddr; bit<32> dstAddr; }
struct headers_t { ipv4_t ipv4; }
parser P(packet_in packet, out headers_t hdr) {
    TEN(SET, a) TEN(SET, b) TEN(SET, c) TEN(SET, d) TEN(SET, e) TEN(SET, f)
    state start {
        packet.extract(hdr.ipv4);
        transition select(hdr.ipv4.srcAddr) {
            TEN(CASE, a) TEN(CASE, b) TEN(CASE, c) TEN(CASE, d) TEN(CASE, e) TEN(CASE, f)
            default: reject;
        }
    }
}
control F(inout headers_t hdr, out bool ok) {
    apply { ok = true; }
}
ebpfFilter(P(), F()) main;
