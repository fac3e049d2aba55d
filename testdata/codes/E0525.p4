#include <ebpf_model.p4>
#define TABLE(name) table name { key = { hdr.ipv4.srcAddr : exact; } actions = { NoAction; } }
#define TEN(name) TABLE(name##0) TABLE(name##1) TABLE(name##2) TABLE(name##3) TABLE(name##4) \
    TABLE(name##5) TABLE(name##6) TABLE(name##7) TABLE(name##8) TABLE(name##9)
#define RUN(table) table.apply();
#define APPLY(name) RUN(name##0) RUN(name##1) RUN(name##2) RUN(name##3) RUN(name##4) \
    RUN(name##5) RUN(name##6) RUN(name##7) RUN(name##8) RUN(name##9)
header ipv4_t { bit<32> srcAddr; bit<32> dstAddr; }
struct headers_t { ipv4_t ipv4; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.ipv4); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) TEN(g)
    apply {
        ok = true;
        APPLY(a) APPLY(b) APPLY(c) APPLY(d) APPLY(e) APPLY(f) APPLY(g)
    }
}
ebpfFilter(P(), F()) main;
