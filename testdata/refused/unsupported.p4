// Valid, but not for us yet.
#include <ebpf_model.p4>
header h_t { bit<8> a; }
struct both_t { h_t h; bit<8> x; }
struct hs_t { h_t h; both_t[2] list; }
parser P(packet_in p, out hs_t hs) { state start { p.extract(hs.h); transition accept; } }
control F(inout hs_t hs, out bool ok) {
    apply {
        hs.list[hs.h.a].x = 1;                  // error[E0501]
        ok = true;
    }
}
ebpfFilter(P(), F()) main;
